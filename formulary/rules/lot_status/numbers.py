"""Lot numbers: what a pack may print, and how a number is looked up."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from formulary.rules.findings import Finding, Level

LONGEST = 20
_CHARACTERS = re.compile(r"[A-Za-z0-9!\"%&'()*+,\-./:;<=>?_]*", re.ASCII)
_IGNORED = re.compile(r"[\s.\-\u2010-\u2015\u2212]")
_LOOKALIKES = str.maketrans("OIL", "011")


def normalise(number: str) -> str:
    """The number as a lookup compares it: capitals, without spaces, dashes and dots."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", number)).upper()


def near(number: str) -> str:
    """The number as a tired eye reads it: 0 and O are one, and so are 1, I and l. Offered, never assumed."""
    return normalise(number).translate(_LOOKALIKES)


def number_findings(number: str) -> Iterator[Finding]:
    """Why a text cannot be a lot number: empty, over 20 characters, or outside GS1's character set 82.

    Source: GS1 General Specifications, AI (10): X..20, character set 82, punctuation included.
    """
    if not any(c.isalnum() for c in number):
        yield _block("lot.number_missing", "The lot has no number.", "Type the number printed on the pack.")
        return
    if len(number) > LONGEST:
        reason = f"The lot number has {len(number)} characters; a pack prints at most {LONGEST}."
        yield _block("lot.number_too_long", reason, "Look whether it has swallowed another field.")
    if not _CHARACTERS.fullmatch(number):
        reason = f"The lot number has {_strangers(number)}, which no pack prints in it."
        yield _block("lot.number_characters", reason, "Type it with letters A to Z, digits and / - . only.")


def _strangers(number: str) -> str:
    odd = sorted({c for c in number if not _CHARACTERS.fullmatch(c)})
    return ", ".join(
        "a space" if c == " " else f"“{c}”" if c.isprintable() else ascii(c).strip("'") for c in odd
    )


def _block(code: str, reason: str, remedy: str) -> Finding:
    return Finding(code, "lot", reason, remedy, level=Level.BLOCK, field="number")
