"""The pH of a mixture as far as its lines declare it, and the pH below which an acid falls out."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from formulary.rules.facts import Line, Onset, Strength

Window = tuple[Fraction, Fraction]
MOST_KEPT = 1_024


def ph_window(lines: Sequence[Line]) -> Window | None:
    """The lowest and highest pH the mixture can have by its lines, or None where one is not on record."""
    known = [window for line in lines if (window := declared(line)) is not None]
    if not lines or len(known) < len(lines):
        return None
    return min(low for low, _ in known), max(high for _, high in known)


def declared(line: Line) -> Window | None:
    """The pH range that the product of a line declares, or None where an end of it is not on record."""
    low, high = line.product.ph_low, line.product.ph_high
    return None if low is None or high is None else (low, high)


def gap(a: Window, b: Window) -> Fraction:
    """How many units of pH lie between two ranges; nothing where they touch or overlap."""
    return max(a[0] - b[1], b[0] - a[1], Fraction(0))


def onset_ph(onset: Onset, strength: Strength) -> Fraction | None:
    """Below which pH the acid of so much salt falls out, or None where all of it stays dissolved at any pH.

    pKa + log10((C - S) / S), with C the acid and S its solubility in mg/mL: an estimate.
    Source: second read of the benzoate rule (A4), with textbook values of pKa and solubility.
    """
    acid = strength.ratio * onset.share
    if acid <= onset.solubility:
        return None
    relation = (acid - onset.solubility) / onset.solubility
    return onset.pka + _log10(relation)


@lru_cache(maxsize=MOST_KEPT)
def _log10(relation: Fraction) -> Fraction:
    return Fraction((Decimal(relation.numerator) / Decimal(relation.denominator)).log10())
