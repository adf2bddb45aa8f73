"""What the free text of a notice says of lot numbers: stretches of them, and what only a person can read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from formulary.rules.lot_status import normalise

MOST_JOINED = 6
"""A number of more parts than this, dashes between, is looked at part by part alone."""
DASH = "[-\u2010-\u2015\u2212~]"
DIGIT = re.compile("[0-9]")
LAST = re.compile(r"(.*?)([0-9]+)([^0-9]*)")
"""A number as what counts up in it: its last digits, between what stands before and behind them."""

PART = r"(?<![A-Z0-9])(?=[A-Z0-9./-]{0,40}[0-9])[A-Z0-9]++(?:[-./][A-Z0-9]++){0,5}+(?:\s[A-Z]{1,2}\b)?"
WORD = "(?:AND|INCL(?:UDING|USIVE)?|THE|LOTS?|BATCH(?:ES)?|CODES?|N(?:O|R)S?|NUMBERS?|SERIAL)"
FILL = rf"(?:[\s,:#(\"']|\b{WORD}\b\.?)*+"
TO = r"\b(?:THROUGH|THRU|UNTIL|TILL|UP\s+TO|TO)\b"
UP = r"(?:HIGHER|ABOVE|LATER|AFTER|GREATER|UP|UPWARDS?|ONWARDS?|SUBSEQUENT)"
DOWN = r"(?:LOWER|BELOW|EARLIER|BEFORE|PRIOR|LESS|SMALLER)"
WORDED = re.compile(rf"({PART}){FILL}{TO}{FILL}({PART})")
DOTTED = re.compile(rf"({PART})[\s,]*(?:\.{{2,}}|-*>|[\u2192\u21d2])[\s,]*({PART})")
BETWEEN = re.compile(rf"\bBETWEEN\b{FILL}({PART})\s*(?:AND|&)\s*{FILL}({PART})")
CHAIN = re.compile(rf"(?<![A-Z0-9])[A-Z0-9]++(?:\s{{0,3}}{DASH}\s{{0,3}}[A-Z0-9]++|[./][A-Z0-9]++)++")
ON = re.compile(rf"({PART})\s*(?:(?:AND|OR|&)\s+)?(?:ALL\s+)?{UP}\b")
FROM = re.compile(rf"\b(?:{UP}\s+THAN|SINCE|AFTER|ABOVE|FROM){FILL}({PART})")
BACK = re.compile(rf"({PART})\s*(?:(?:AND|OR|&)\s+)?(?:ALL\s+)?{DOWN}\b")
UNTIL = re.compile(rf"\b(?:{DOWN}\s+(?:THAN|TO)|BEFORE|BELOW|UP\s+TO|UNTIL|THROUGH|THRU){FILL}({PART})")
BEGINS = re.compile(
    r"\b(?:BEGIN\w*|START\w*|PREFIX\w*)\s+(?:(?:WITH|IN|BY|THE|LETTERS?|DIGITS?|NUMBERS?)\s+)*+[\"']?"
    r"([A-Z0-9]+(?:[-./][A-Z0-9]+)*)"
)
ANY_SIGN = re.compile(r"(?<![A-Z0-9])([A-Z-]{0,20}[0-9][A-Z0-9-]{0,40}?)(X{2,}|[*?]+)(?![A-Z0-9])")
WORD_BESIDE = re.compile(
    r"\b(?:RANG(?:E|ES|ING)|SERIES|SEQUEN\w+|CONSECUTIVE|ENDING|ENDS)\b" rf"(?:\s+\w+){{0,3}}?\s*{FILL}{PART}"
)
WORD_BEFORE = re.compile(rf"({PART}){FILL}{TO}{FILL}[A-Z]{{1,9}}[\s.-]{{1,3}}({PART})")
SLASHED = re.compile(r"(?<![A-Z0-9/])[A-Z]{0,9}[0-9]{3,20}[A-Z]{0,9}\s?/\s?[A-Z]{0,9}[0-9]{3,20}(?![0-9/])")
AND_ON = re.compile(rf"{PART}[\s,]*(?:AND|OR|&)\s+(?:(?:ALL|ANY|THOSE|THE)\s+)*+(?:FOLLOWING|{UP})\b")

THEM = "(?:LOTS?|BATCH(?:ES)?|CODES?|UNITS?|PRODUCTS?|SERIALS?|VIALS?|SIZES?|STRENGTHS?|ITEMS?|PACKAGES)"
EVERY = r"\b(?:ALL|EVERY|ANY|EACH|ENTIRE)\b"
ALL = re.compile(
    rf"{EVERY}(?:\s+[\w-]+){{0,3}}?\s+{THEM}\b|\b{THEM}\s*[:#]?\s*ALL\b"
    rf"|{EVERY}(?:\s+[\w-]+){{0,4}}?\s+(?:UN)?EXPIR|{EVERY}(?:\s+[\w-]+){{0,2}}?\s+(?:DISTRIBUTED|SOLD|SHIPPED|MADE)\b"
    r"|^\s*ALL\s*[.,;]?\s*$",
    re.MULTILINE,
)

MONTH = (
    "(?:JAN(?:UARY)?|FEB(?:RUARY)?|MAR(?:CH)?|APR(?:IL)?|MAY|JUNE?|JULY?|AUG(?:UST)?|SEPT?(?:EMBER)?"
    "|OCT(?:OBER)?|NOV(?:EMBER)?|DEC(?:EMBER)?)"
)
UNIT = (
    "(?:%|[MU\u00b5\u03bc]?G|MCG|KG|M?L|IU|USP|CC|[MC]M|\u00b0\\s*[CF]?|DEGREES?|HOURS?|DAYS?|MONTHS?|YEARS?)"
)
AMOUNT = r"[0-9]{1,3}(?:[.,][0-9]{1,3})?"
SHORT_DAY = "[0-9]{1,2}[-/.][0-9]{1,4}(?:[-/.][0-9]{2,4})?"
WHOLE_DAY = r"\b(?:[0-9]{1,2}[-/.]){2}(?:19|20)[0-9]{2}\b|\b(?:19|20)[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}\b"
IN_MONTH = rf"(?:[0-9]{{1,2}}[-\s])?{MONTH}\b[.,]?[-\s]*(?:[0-9]{{1,2}},?\s+)?(?:(?:19|20)?[0-9]{{2}}\b)?"
DAY = f"(?:{WHOLE_DAY}|{SHORT_DAY}|{IN_MONTH})"
LASTS = rf"\b(?:EXP[A-Z.]*|BUD|USE[\s-]BY|BEYOND[\s-]USE)(?:\s+DATES?)?[\s:]*{DAY}"
NOTICE = r"\b[A-Z]-[0-9]{3,4}-(?:[0-9]{4}|[0-9]{2})\b"
MANY = rf"(?<![A-Z0-9.,]){AMOUNT}(?:\s*(?:{DASH}|TO|X|/)\s*{AMOUNT}){{0,3}}\s*"
NEVER_LOT = (
    r"\b(?:NDC|UPC|UDI|GTIN|TEL|PHONE)[\s#:.NO]*[0-9][0-9 ()-]*|\b(?:1-)?[0-9]{3}-[0-9]{3}-[0-9]{4}\b"
    rf"|{LASTS}(?:\s*(?:{DASH}|TO|THROUGH|THRU)\s*{DAY})?(?![0-9])|{MANY}(?:%|\u00b0\s*[CF]?)(?![A-Z0-9])"
)
"""Codes of products, telephones, days until which something lasts, strengths and temperatures."""
NEVER = re.compile(NEVER_LOT)
NO_LOT = re.compile(rf"{NEVER_LOT}|{NOTICE}|{WHOLE_DAY}|\b{IN_MONTH}|{MANY}{UNIT}(?![A-Z0-9])")
"""What has digits and is no lot: it names no stretch of lots, though it may stand in a number that is."""

NUMBERED = r"[\s\u2022*(-]{0,4}(?:[A-Z]\)\s?)?[A-Z]{0,5}[-#\s]?[0-9]"
"""How a line begins that goes on with a list of numbers."""
LISTED = re.compile(
    r"\b(?:LOTS?|BATCH(?:ES)?|SERIALS?|DATES?\s+(?:RANGING\s+)?(?:FROM|BETWEEN))\b"
    rf"[\s\S]*?(?=\b(?:CALL|STOR(?:E|ED|AGE))\b|\n(?!{NUMBERED})|\Z)"
)
"""Where lots are told of, beside the word and on the lines below it that begin with a number: there an
amount, a day or what looks like a notice's number may be one."""
IN_ONE = re.compile(f"{WHOLE_DAY}|{NOTICE}")


@dataclass(frozen=True)
class Span:
    """A stretch of numbers, each as `normalise` writes it: between two ends, both inside, or from or to one
    end; or whatever begins with `stem`, of `length` characters where that is known.
    """

    low: str = ""
    high: str = ""
    stem: str = ""
    length: int | None = None


def flags(text: str) -> tuple[str, ...]:
    """What only a person can read: `all` lots, a `range` of them. Flags too much rather than too little."""
    told = as_read(text)
    seen = (("all", ALL.search(told)), ("range", _is_range(_of_lots(told))))
    return tuple(name for name, found in seen if found)


def spans(text: str) -> set[Span]:
    """The stretches whose ends can be read."""
    told = _of_lots(as_read(text))
    return {*_between(told), *_open_ended(told), *_beginning(told)}


def as_read(text: str) -> str:
    """The text in capitals, every character in its plain form."""
    return unicodedata.normalize("NFKC", text).upper()


def counting(number: str) -> tuple[str, str, str] | None:
    """A number as what stands before its last digits, those, and what stands behind; None without any."""
    whole = LAST.fullmatch(number)
    return (whole[1], whole[2], whole[3]) if whole else None


def _of_lots(told: str) -> str:
    """The text without what names no lot; where lots are told of, each day in one piece, and amounts kept."""
    kept, at = list[str](), 0
    for match in LISTED.finditer(told):
        listed = IN_ONE.sub(lambda one: normalise(one.group()), NEVER.sub(" ; ", match.group()))
        kept += [NO_LOT.sub(" ; ", told[at : match.start()]), listed]
        at = match.end()
    return "".join([*kept, NO_LOT.sub(" ; ", told[at:])])


def _is_range(told: str) -> bool:
    worded = (
        WORDED, DOTTED, BETWEEN, ON, FROM, BACK, UNTIL, BEGINS, ANY_SIGN, WORD_BESIDE, WORD_BEFORE, SLASHED,
        AND_ON,
    )  # fmt: skip
    return any(way.search(told) for way in worded) or any(_joined(told))


def _between(told: str) -> Iterator[Span]:
    pairs = [match.groups() for way in (WORDED, DOTTED, BETWEEN) for match in way.finditer(told)]
    for low, high in (*pairs, *_joined(told)):
        yield from _of_ends(normalise(low), normalise(high))


def _joined(told: str) -> Iterator[tuple[str, str]]:
    """What stands on both sides of a dash, digits in each; either side may itself hold dashes."""
    for match in CHAIN.finditer(told):
        parts = [part.strip() for part in re.split(DASH, match.group())]
        reach = len(parts) if len(parts) <= MOST_JOINED else 1
        for cut in range(1, len(parts)):
            for start in range(max(0, cut - reach), cut):
                for end in range(cut + 1, min(len(parts), cut + reach) + 1):
                    low, high = "".join(parts[start:cut]), "".join(parts[cut:end])
                    if DIGIT.search(low) and DIGIT.search(high):
                        yield low, high


def _of_ends(low: str, high: str) -> Iterator[Span]:
    """The stretch between two ends; one that is shortened ("A1001-05") is completed from the first."""
    first, last = counting(low), counting(high)
    if first is None or last is None:
        return
    before, digits, behind = first
    if before.endswith(last[0]) and last[2] in ("", behind):
        end = last[1]
        if int(end) <= int(digits) and len(end) < len(digits):
            end = digits[: len(digits) - len(end)] + end
        if int(digits) < int(end):
            yield Span(low, f"{before}{end}{behind}")
            return
    if len(low) == len(high) and low < high:
        yield Span(low, high)


def _open_ended(told: str) -> Iterator[Span]:
    for way in (WORDED, BETWEEN):
        told = way.sub(" ; ", told)  # "through 4488" has a first end where one stands before it
    for way in (ON, FROM):
        yield from (Span(low=normalise(match[1])) for match in way.finditer(told))
    for way in (BACK, UNTIL):
        yield from (Span(high=normalise(match[1])) for match in way.finditer(told))


def _beginning(told: str) -> Iterator[Span]:
    yield from (Span(stem=normalise(match[1])) for match in BEGINS.finditer(told))
    for match in ANY_SIGN.finditer(told):
        stem, signs = normalise(match[1]), match[2]
        if stem:
            yield Span(stem=stem, length=len(stem) + len(signs) if signs[0] == "X" else None)
