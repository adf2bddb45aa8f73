"""Why a scan is refused, in words that say what to do next."""

from formulary.rules.findings import Refused, refuse


def shown(text: str) -> str:
    """The text with what cannot be shown as a dot."""
    return "".join(c if c.isprintable() else "·" for c in text)


def unreadable(
    reason: str, remedy: str = "Scan again, or type product, lot and expiry from the pack."
) -> Refused:
    """A code that is none, or not one of medicine."""
    return refuse("scan.unreadable", "scan", f"This code cannot be read. {reason}", remedy)


def lot_too_long(value: str) -> Refused:
    """A lot that runs on because a separator was lost; it is never split by guessing."""
    lot = f"“{shown(value[:40])}”, {len(value)} characters"
    reason = f"The lot in this code would be {lot}; a lot has at most 20. A separator is missing."
    return refuse(
        "scan.lot_too_long",
        "lot",
        reason,
        "Scan into the scan field with the scanner, or type the lot from the pack.",
    )


def bad_date(ai: str, value: str) -> Refused:
    """A date that no calendar has."""
    reason = f"The field ({ai}) says {value}, and there is no such day."
    return refuse("scan.bad_date", "scan", reason, "Scan again, or type the date from the pack.")
