"""From the text of a code to its fields, strictly: what biip lets pass is refused here."""

import re
from collections.abc import Iterator

from biip import ParseConfig, ParseError
from biip.gs1_element_strings import GS1ElementString

from formulary.rules.findings import Refused, refuse
from formulary.web.gs1.digital_link import Unreadable, pairs_of
from formulary.web.gs1.faults import bad_date, lot_too_long, shown, unreadable
from formulary.web.gs1.gtin import GTIN_LENGTHS, check_digit, gtin14

GS = "\x1d"
ALLOWED = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]+", re.ASCII)
HRI = {
    "[": re.compile(r"\[([0-9]{2,4})\]([^\[\]]+)"),
    "(": re.compile(r"\(([0-9]{2,4})\)((?:(?!\([0-9]{2,4}\)).)+)", re.DOTALL),
}
DATED = re.compile(r"(1[1-35-7]|7003)([0-9]{6})", re.ASCII)
LOT_LENGTH = 20
WITHOUT_CLOCK = ParseConfig(gs1_element_strings_verify_date=False)


def is_link(body: str) -> bool:
    """Whether the code is an address."""
    return body.lower().startswith(("http://", "https://"))


def is_hri(body: str) -> bool:
    """Whether the code was written for eyes: brackets, or <GS> spelled out."""
    return body[:1] in HRI or "<GS>" in body.upper()


def elements_of(body: str) -> dict[str, str]:
    """Identifier and value of every field, whichever way the code writes them; raises Refused."""
    if is_link(body):
        return _unique(_parsed_pairs(_link_pairs(body)))
    body = re.sub("<GS>", GS, body, flags=re.IGNORECASE)
    if body[:1] in HRI:
        return _unique(_parsed_pairs(_hri_pairs(body)))
    if body.isdecimal() and body.isascii() and len(body) in GTIN_LENGTHS and _is_gtin(body):
        return {"01": gtin14(body)}
    return _unique(_element_string(body))


def _is_gtin(body: str) -> bool:
    return not body.startswith("01") or check_digit(body.zfill(14)[:-1]) == body[-1]


def _link_pairs(body: str) -> list[tuple[str, str]]:
    try:
        return pairs_of(body)
    except Unreadable as fault:
        raise unreadable(str(fault)) from fault


def _hri_pairs(body: str) -> list[tuple[str, str]]:
    pattern = HRI[body[0]]
    pairs = [(ai, value.strip(f" {GS}")) for ai, value in pattern.findall(body)]
    if not pairs or pattern.sub("", body).strip():
        reason = "The text has brackets that do not stand around an identifier such as [01]."
        raise refuse("scan.ambiguous", "scan", reason, "Write it with square brackets: [01]…[17]…[10]….")
    return pairs


def _parsed_pairs(pairs: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    for ai, value in pairs:
        found = _extract(ai + value)
        if found.ai.ai != ai or found.value != value:
            raise lot_too_long(value) if ai == "10" else unreadable(f"({ai}) does not take “{value[:40]}”.")
        yield ai, value


def _element_string(body: str) -> Iterator[tuple[str, str]]:
    rest = body[1:] if body.startswith(GS) else body
    while rest:
        found = _extract(rest)
        yield found.ai.ai, found.value
        rest = _after(found, rest[len(found) :])


def _after(found: GS1ElementString, rest: str) -> str:
    if rest.startswith(GS):
        if rest.startswith(GS + GS):
            raise unreadable("Two separators stand side by side in it.")
        return rest[1:]
    if rest and found.ai.separator_required:
        raise _runs_on(found, rest)
    return rest


def _runs_on(found: GS1ElementString, rest: str) -> Refused:
    whole = found.value + rest.partition(GS)[0]
    if found.ai.ai == "10" and len(whole) > LOT_LENGTH:
        return lot_too_long(whole)
    return unreadable(
        f"The field ({found.ai.ai}) is too long or has a letter no code has: “{shown(whole[:40])}”."
    )


def _extract(text: str) -> GS1ElementString:
    try:
        found = GS1ElementString.extract(text, config=WITHOUT_CLOCK)
    except (ParseError, ValueError, IndexError, ArithmeticError) as fault:
        if dated := DATED.match(text):
            raise bad_date(*dated.groups()) from fault
        raise unreadable(f"“{shown(text[:20])}” is not a field of a code on medicine.") from fault
    if not found.value or (found.ai.format.endswith("X..20") and not ALLOWED.fullmatch(found.value)):
        raise unreadable(f"The field ({found.ai.ai}) is empty or has a letter that codes do not have.")
    if found.sscc_error or found.gln_error:
        raise refuse(
            "scan.bad_check_digit",
            "scan",
            f"The check digit of ({found.ai.ai}) is wrong.",
            "Scan the code again.",
        )
    return found


def _unique(pairs: Iterator[tuple[str, str]]) -> dict[str, str]:
    elements: dict[str, str] = {}
    for ai, value in pairs:
        if ai in elements:
            raise refuse(
                "scan.repeated",
                "scan",
                f"The field ({ai}) stands in the code twice.",
                "Scan one code at a time.",
            )
        elements[ai] = value
    return elements
