"""How a scanner is set up, told from one scan of a code whose content is known."""

from dataclasses import dataclass

from formulary.web.gs1.elements import GS
from formulary.web.gs1.faults import shown
from formulary.web.gs1.reading import AROUND, SYMBOLOGY

GTIN, EXPIRY, LOT, SERIAL = "09520000000509", "290630", "AZQWY-7/M", "0042"
SYMBOL = f"[01]{GTIN}[17]{EXPIRY}[10]{LOT}[21]{SERIAL}"
"""The code to scan: its lot has the letters and marks that move from one keyboard to another."""

CONTENT = f"01{GTIN}17{EXPIRY}10{LOT}{GS}21{SERIAL}"


@dataclass(frozen=True, slots=True)
class Told:
    """One thing that a scanner does or not: a state of the pages, what was seen, what to set."""

    what: str
    state: str
    words: str
    remedy: str = ""


def what_it_sends(raw: str, *, captured: bool) -> tuple[Told, ...]:
    """Prefix, letters and separator of a scanner that read `SYMBOL`; of another code only what can be told.

    `captured`: our own key capture delivered the scan, as it does where the keys come as fast as a scanner's.
    """
    text = raw.strip(AROUND)
    found = SYMBOLOGY.match(text)
    body = text[found.end() :] if found else text
    return (_keys(captured), _prefix(found.group() if found else ""), _letters(body), _separator(body))


def spelled(raw: str) -> str:
    """A scan as it can be shown: its separators by name, what cannot be printed as a dot."""
    return shown(raw.strip(AROUND).replace(GS, "<GS>"))


def ready(told: tuple[Told, ...]) -> bool:
    """Whether every scan of this scanner is taken whole."""
    return bool(told) and all(row.state == "pass" for row in told)


def _keys(captured: bool) -> Told:
    if captured:
        return Told("Keys", "pass", "The scan came as fast as a scanner types.")
    words = "It came as if typed or pasted by hand."
    return Told("Keys", "unknown", words, "Scan into the field; set no delay between the characters.")


def _prefix(symbology: str) -> Told:
    if symbology == "]d2":
        return Told("Prefix", "pass", "It says that the code is a GS1 DataMatrix (]d2).")
    words = (
        f"It says {symbology}, and the code is ]d2." if symbology else "It does not say which kind it read."
    )
    return Told("Prefix", "warn", words, "Switch on the AIM symbology identifier (“code ID”).")


def _letters(body: str) -> Told:
    came, wanted = body.replace(GS, ""), CONTENT.replace(GS, "")
    if came == wanted:
        return Told("Letters", "pass", f"Lot {LOT} came as it is printed.")
    if came == wanted.swapcase():
        return Told("Letters", "stop", "Capitals came as small letters.", "Switch Caps Lock off.")
    if len(came) != len(wanted):
        return Told("Letters", "unknown", "This is another code, or a part of it.", "Scan the code shown.")
    at = next(i for i, (one, other) in enumerate(zip(came, wanted, strict=True)) if one != other)
    words = f"“{came[at]}” came for “{wanted[at]}”."
    return Told("Letters", "stop", words, "Set the scanner to the keyboard layout of this computer.")


def _separator(body: str) -> Told:
    if [at for at, char in enumerate(body) if char == GS] == [CONTENT.index(GS)]:
        return Told("Separator", "pass", "It sends the separator (FNC1) behind the lot.")
    if f"{LOT}21{SERIAL}" in body:
        words = f"The separator is lost: the lot reads “{LOT}21{SERIAL}”."
        return Told("Separator", "stop", words, "Send FNC1 as GS (ASCII 29), typed as Ctrl+] or Alt+029.")
    return Told("Separator", "unknown", "No separator came behind the lot.", "Scan the code shown.")
