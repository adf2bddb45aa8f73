"""What a scan says: product, lot, expiry, serial, or a code of our own, and whether it may be taken whole."""

import calendar
import re
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from formulary.rules.findings import Finding, Level, refuse
from formulary.web.gs1.elements import GS, elements_of, is_hri, is_link
from formulary.web.gs1.faults import bad_date, unreadable
from formulary.web.gs1.gtin import gtin14
from formulary.web.words import day

AROUND = " \r\n\t"
LONGEST = 400
OWN = re.compile(r"FML1:((?:[CVRPS]|TR)-[0-9]{1,9}(?:/[0-9]{1,3}\.[0-9]{1,3})?)", re.ASCII)
SYMBOLOGY = re.compile(r"\][A-Za-z][0-9a-zA-Z]")
GS1_SYMBOLOGIES = frozenset({"]d2", "]C1", "]Q3", "]e0", "]J1"})
PLAIN_SYMBOLOGIES = frozenset({"]d1", "]Q1", "]C0", "]E0", "]E4", "]I0", "]I1", "]d0", "]Q0"})
NEEDS_GTIN = ("10", "17", "21")
DATES = ("11", "12", "13", "15", "16", "17", "7003", "7006")
HALF_A_CENTURY = 50
UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Scan:
    """What a code says. Not `trusted`: a person must confirm each field. `own` is a code of ours, `made_on`
    the day of production.
    """

    raw: str
    gtin: str = ""
    lot: str = ""
    expires_on: date | None = None
    serial: str = ""
    made_on: date | None = None
    own: str = ""
    trusted: bool = False
    notes: tuple[Finding, ...] = ()


def read_scan(raw: str, *, captured: bool, today: date) -> Scan:
    """Read a scan, or raise Refused with a scan.* finding that says what is wrong with it and what to do.

    `captured`: our own key capture, the camera or an upload delivered it, so that no separator is lost.
    `today` settles the century of a two-digit year (GS1: 49 years back, 50 ahead).
    """
    text = raw.strip(AROUND)
    if not text:
        raise refuse("scan.empty", "scan", "Nothing was scanned.", "Scan the code on the vial or the pack.")
    if len(text) > LONGEST:
        raise unreadable(f"The code has {len(text):,} characters; no pack has more than {LONGEST}.")
    prefix, body = _prefix(text)
    if body.upper().startswith("FML"):
        return _own(raw, body, captured)
    scan = _scan(raw, elements_of(body), today)
    sure = captured and (prefix in GS1_SYMBOLOGIES or GS in body or is_link(body))
    return scan if sure and _ends_its_lot(scan.lot, body) and not is_hri(body) else _unconfirmed(scan)


def _ends_its_lot(lot: str, body: str) -> bool:
    """Whether the lot cannot have swallowed the next field: some scanners send a prefix and no FNC1."""
    return is_link(body) or f"{lot}{GS}" in body or not _swallowed(lot)


def _prefix(text: str) -> tuple[str, str]:
    found = SYMBOLOGY.match(text)
    if not found:
        if text.startswith("]"):
            raise unreadable("It begins with “]” and no code begins so.")
        return "", text
    if found.group() not in GS1_SYMBOLOGIES | PLAIN_SYMBOLOGIES:
        raise unreadable(
            f"The scanner says it is of the kind {found.group()}, which packs of medicine do not carry."
        )
    return found.group(), text[found.end() :]


def _own(raw: str, body: str, captured: bool) -> Scan:
    found = OWN.fullmatch(body)
    if not found:
        raise refuse(
            "scan.own_code",
            "scan",
            f"“{body[:40]}” looks like a label of ours but is not complete.",
            "Scan the label again.",
        )
    return Scan(raw, own=found.group(1), trusted=captured)


def _scan(raw: str, elements: dict[str, str], today: date) -> Scan:
    _check_together(elements)
    dates = {ai: _date(elements[ai], ai, today) for ai in DATES if ai in elements}
    return Scan(
        raw,
        gtin=gtin14(elements["01"]) if "01" in elements else "",
        lot=elements.get("10", ""),
        expires_on=dates.get("17") or dates.get("7003"),
        serial=elements.get("21", ""),
        made_on=dates.get("11"),
        trusted=True,
        notes=_day_note(elements, dates),
    )


def _check_together(elements: dict[str, str]) -> None:
    if "01" in elements and ("02" in elements or "37" in elements):
        raise refuse(
            "scan.ambiguous",
            "scan",
            "It names a product and the content of a box.",
            "Scan the code of the vial.",
        )
    if "01" not in elements:
        without = next((ai for ai in NEEDS_GTIN if ai in elements), "")
        reason = (
            f"The code has the field ({without}) but no product number (01)."
            if without
            else "The code names no product."
        )
        raise refuse(
            "scan.no_product",
            "scan",
            reason,
            "Scan the code with the product number, or choose the product by hand.",
        )


def _date(value: str, ai: str, today: date) -> date:
    year, month, day = int(value[:2]), int(value[2:4]), int(value[4:6])
    year += _century(year, today)
    try:
        return date(year, month, day or calendar.monthrange(year, month)[1])
    except ValueError as fault:
        raise bad_date(ai, value) from fault


def _century(two_digits: int, today: date) -> int:
    century = today.year - today.year % 100
    difference = two_digits - today.year % 100
    if difference > HALF_A_CENTURY:
        return century - 100
    return century + 100 if difference <= -HALF_A_CENTURY else century


def _day_note(elements: dict[str, str], dates: dict[str, date]) -> tuple[Finding, ...]:
    if "17" not in elements or not elements["17"].endswith("00"):
        return ()
    last = dates["17"]
    reason = f"The pack gives month and year only: usable through {day(last, UTC)}, the month's last day."
    return (Finding("scan.day_00", "expiry", reason, level=Level.INFO, field="expires_on"),)


def _unconfirmed(scan: Scan) -> Scan:
    reason = "The separators between the fields may be lost, so each field is to be compared with the pack."
    remedy = "Scan into the scan field with the scanner, or confirm product, lot and expiry by eye."
    note = Finding("scan.confirm", "scan", reason, remedy, level=Level.WARN, field="scan")
    swallowed = _swallowed(scan.lot)
    return replace(scan, trusted=False, notes=(*scan.notes, note, *swallowed))


def _swallowed(lot: str) -> tuple[Finding, ...]:
    found = re.search(r".(17[0-9]{2}(?:0[1-9]|1[0-2])[0-3][0-9]|21.+|240.+)$", lot)
    if not found:
        return ()
    shorter = lot[: found.start() + 1]
    reason = f"The lot may be “{shorter}”: “{found.group(1)}” behind it looks like another field of the code."
    return (
        Finding("scan.swallowed", "lot", reason, "Read the lot on the pack.", level=Level.WARN, field="lot"),
    )
