"""Figures of the tables as quantities; what is not known stays None."""

import re
from fractions import Fraction

from formulary.rules import facts
from formulary.rules.units import VOLUME, Dimension, Quantity


def strength(steps: int | None, per: int | None, measured_in: Dimension) -> facts.Strength | None:
    """So many steps in so many steps of volume, as a pair; None while either is unknown."""
    if steps is None or per is None:
        return None
    return facts.Strength(Quantity(steps, measured_in), volume(per))


def amount(steps: int | None, measured_in: Dimension) -> Quantity | None:
    """Steps of a dimension as a quantity."""
    return None if steps is None else Quantity(steps, measured_in)


def volume(steps: int) -> Quantity:
    """Steps of volume as a quantity."""
    return Quantity(steps, VOLUME)


PER_ML = re.compile(
    r"(?:component, )?(\d+(?:\.\d+)?) mg/mL(?: \([\d.]+ %\))?(?:, multi-dose vial)?", re.ASCII
)
PER_VIAL = re.compile(r"(\d+(?:\.\d+)?) mg per (\d+(?:\.\d+)?) mL (?:vial|ampoule)", re.ASCII)


def amount_per_volume(text: str) -> facts.Strength | None:
    """How much of an excipient a product holds, where its source says it as so much in so much.

    "at most", "for pH adjustment" and everything else that is no plain figure is unknown.
    """
    found = PER_ML.fullmatch(text) or PER_VIAL.fullmatch(text)
    if found is None:
        return None
    amount_, per = (*found.groups(), "1")[:2]
    return facts.Strength(Quantity.of(amount_, "mg"), Quantity.of(per, "mL"))


def hours(figure: int | None) -> Fraction | None:
    """Whole hours as a fraction."""
    return None if figure is None else Fraction(figure)


def number(text: str | None) -> Fraction | None:
    """A stored figure as a fraction."""
    return None if text is None else Fraction(text)
