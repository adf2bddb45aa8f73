"""Finding our lots in the free text of a notice: each of ours is looked for, and a person decides."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

from formulary.rules.lot_status import near, normalise

SHORT = 4
"""A number shorter than this must stand alone: it would be found inside nearly any text."""
PART = r"[A-Z]*[0-9][A-Z0-9]*"
RANGE = re.compile(rf"\b({PART})\s*(?:-|\u2013|\bTHROUGH\b|\bTHRU\b|\bTO\b)\s*({PART})\b")
THEM = r"(?:LOTS?|BATCH(?:ES)?|CODES?|UNITS?|PRODUCTS?)"
ALL = re.compile(rf"\bALL\b(?:\s+\w+){{0,3}}?\s+{THEM}\b|\b{THEM}\s*[:#]?\s*ALL\b")
DIGITS = re.compile(r"[0-9]+")


def mentioned(text: str, numbers: Mapping[int, str]) -> dict[int, str]:
    """Which of these numbers, by key, the text may mean: `exact`, inside a `range`, or `near` (looks alike).

    Finds too much rather than too little: "123" is found in "ABC-1234".
    """
    told = unicodedata.normalize("NFKC", text).upper()
    whole, alike, spans = normalise(text), near(text), list(_ranges(told))
    found = {key: _how(number, told, whole, alike, spans) for key, number in numbers.items()}
    return {key: how for key, how in found.items() if how}


def flags(text: str) -> tuple[str, ...]:
    """What only a person can read: `all` lots, a `range` of them."""
    told = unicodedata.normalize("NFKC", text).upper()
    return tuple(
        name for name, seen in (("all", ALL.search(told)), ("range", next(_ranges(told), None))) if seen
    )


def _how(number: str, told: str, whole: str, alike: str, spans: list[tuple[str, str]]) -> str:
    plain = normalise(number)
    if not plain:
        return ""
    if len(plain) < SHORT:
        return "exact" if re.search(rf"(?<![A-Z0-9]){re.escape(plain)}(?![A-Z0-9])", told) else ""
    if plain in whole:
        return "exact"
    if any(_inside(plain, low, high) for low, high in spans):
        return "range"
    return "near" if near(number) in alike else ""


def _ranges(told: str) -> Iterator[tuple[str, str]]:
    """The ends of each range: both of one shape, the first below the second."""
    for match in RANGE.finditer(told):
        low, high = match.groups()
        if _shape(low) == _shape(high) and low < high:
            yield low, high


def _inside(plain: str, low: str, high: str) -> bool:
    return _shape(plain) == _shape(low) and low <= plain <= high


def _shape(number: str) -> str:
    return DIGITS.sub(lambda run: "9" * len(run.group()), number)
