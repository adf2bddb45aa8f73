"""What a cell says: days, instants, counts; what a spreadsheet made of a text is refused, never guessed."""

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from formulary.rules.lot_status import month_end
from formulary.web.fields.times import read_date

YEAR_FIRST, YEAR_LAST = 1900, 2100
MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])", re.ASCII)
INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?(Z|[+-][0-9]{2}:[0-9]{2})?",
    re.ASCII,
)
EATEN = re.compile(r"[0-9]+(?:[.,][0-9]+)?E\+[0-9]{2,3}", re.ASCII | re.IGNORECASE)
COUNT = re.compile(r"[0-9]{1,9}", re.ASCII)
YES, NO = frozenset({"yes", "y", "true", "1"}), frozenset({"", "no", "n", "false", "0"})
NOON = time(12)


class Number(str):
    """The text of a cell that a workbook keeps as a number or a day: what was typed is lost in it."""

    __slots__ = ()


class BadCell(Exception):
    """A cell that cannot be taken: why, and what would do."""

    def __init__(self, why: str, remedy: str) -> None:
        """Say why, and what would do."""
        super().__init__(why)
        self.why, self.remedy = why, remedy


def is_eaten(text: str) -> bool:
    """Whether a spreadsheet has made a number in powers of ten of what was a text, "1.2E+05"."""
    return bool(EATEN.fullmatch(text))


def read_day(text: str) -> date:
    """A day written 2026-11-24; raises BadCell."""
    found = read_date(text)
    if found is None:
        raise BadCell("It is no day between 1900 and 2100, as far as can be told.", "Write it as 2026-11-24.")
    return found


def read_printed_expiry(text: str) -> date:
    """The expiry that a pack prints; year and month alone mean the last day of the month."""
    month = MONTH.fullmatch(text.strip())
    if month and YEAR_FIRST <= int(month[1]) <= YEAR_LAST:
        return month_end(int(month[1]), int(month[2]))
    found = read_date(text)
    if found is None:
        why = "It is no day between 1900 and 2100, as far as can be told."
        raise BadCell(why, "Write it as 2027-11-30, or as 2027-11 where the pack prints the month alone.")
    return found


def read_instant(text: str, zone: str) -> datetime:
    """An instant on the clocks of a zone, in UTC; a day alone is noon of that day.

    Refused where the clocks never showed it, or twice without saying which of the two.
    """
    if read_date(text):
        return datetime.combine(read_day(text), NOON, ZoneInfo(zone)).astimezone(UTC)
    found = INSTANT.fullmatch(text.strip())
    if found is None:
        raise BadCell(
            "It is no day and no time that can be told.", "Write it as 2026-11-24, or 2026-11-24 14:10."
        )
    offset = (found[5] or "").replace("Z", "+00:00")
    try:
        local = datetime.fromisoformat(f"{found[1]}T{found[2]}:{found[3]}:{found[4] or '00'}{offset}")
    except ValueError:
        raise BadCell("There is no such day or time.", "Look at it again.") from None
    return local.astimezone(UTC) if offset else _on_clocks(local, ZoneInfo(zone))


def _on_clocks(local: datetime, zone: ZoneInfo) -> datetime:
    first, second = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first.astimezone(zone).replace(tzinfo=None) != local:
        raise BadCell("The clocks went forward over this time: it was never shown.", "Look at it again.")
    if first != second:
        said = " or ".join(f"{local:%Y-%m-%d %H:%M}{_offset(at, zone)}" for at in (first, second))
        raise BadCell("The clocks went back over this time: it came twice.", f"Say which it was: {said}.")
    return first


def _offset(at: datetime, zone: ZoneInfo) -> str:
    written = f"{at.astimezone(zone):%z}"
    return f"{written[:3]}:{written[3:]}"


def read_count(text: str, most: int) -> int:
    """A whole number from 1 to `most`."""
    if not COUNT.fullmatch(text) or not 1 <= int(text) <= most:
        raise BadCell("It is no whole number that can be taken.", f"Write a whole number from 1 to {most}.")
    return int(text)


def read_yes(text: str) -> bool:
    """Yes, or no; an empty cell is no."""
    said = text.strip().lower()
    if said not in YES | NO:
        raise BadCell("It is neither yes nor no.", "Write yes, or leave it empty.")
    return said in YES
