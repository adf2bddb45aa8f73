"""The one box of the recall pages, how it is read, and the hold."""

import re
from dataclasses import dataclass
from datetime import date

from formulary.rules.findings import refuse
from formulary.web import fields as f
from formulary.web.forms import Form
from formulary.web.gs1 import read_scan

MARK_OF_A_SCAN = re.compile(r"\]|\x1d|^[(\[]|^01[0-9]{14}|FML1:|<GS>|://", re.ASCII)
OWN = re.compile(r"[VC]-[0-9]{1,9}(/[0-9]{1,3}(\.[0-9]{1,3})?)?", re.ASCII | re.IGNORECASE)


class LookupForm(Form):
    """A lot number, a scan of a pack, the code of one of our labels, or a product."""

    q = f.ScanField("Lot or scan", [f.Required("Type a lot number, or scan a pack or one of our vials.")])


class HoldForm(Form):
    """Stop the lots of the answer, everywhere at once."""

    reason = f.NotesField("Why", [f.Required()])
    source = f.TextField("Who says so", hint="The maker, an authority, a notice number.")


@dataclass(frozen=True)
class Asked:
    """What the box was given: a number, perhaps of one product, or one of our own codes."""

    number: str
    gtin: str | None = None
    own: str | None = None


def read_asked(text: str, *, captured: bool, today: date) -> Asked:
    """What was typed or scanned, as a lookup takes it; Refused for a code that cannot be read."""
    if OWN.fullmatch(text):
        return Asked(text.upper(), own=text.upper())
    if not MARK_OF_A_SCAN.search(text):
        return _typed(text)
    scan = read_scan(text, captured=captured, today=today)
    if scan.own:
        return Asked(scan.own, own=scan.own)
    return Asked(scan.lot or "", gtin=scan.gtin)


def _typed(text: str) -> Asked:
    if not text.isprintable():
        why = "What was typed has characters that cannot be seen, and no lot number has."
        raise refuse("lot.number_characters", "lot", why, "Type it again.", field="q")
    return Asked(text)
