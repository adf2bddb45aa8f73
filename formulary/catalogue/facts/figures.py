"""Figures of the tables as quantities; what is not known stays None."""

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


def hours(figure: int | None) -> Fraction | None:
    """Whole hours as a fraction."""
    return None if figure is None else Fraction(figure)


def number(text: str | None) -> Fraction | None:
    """A stored figure as a fraction."""
    return None if text is None else Fraction(text)
