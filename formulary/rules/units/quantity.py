"""An exact quantity: a number of smallest steps of one dimension, and the arithmetic it allows."""

from __future__ import annotations

import decimal
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import overload

from formulary.rules.units.dimensions import Dimension, Unit, unit
from formulary.rules.units.registry import DimensionMismatch

_EXACT = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?", re.ASCII)


class Inexact(ArithmeticError):
    """A whole number of steps, or a finite decimal, was asked for where there is none."""


class Rounding(StrEnum):
    """How a quantity is brought to a step; the values are those of the decimal module."""

    HALF_UP = decimal.ROUND_HALF_UP
    HALF_DOWN = decimal.ROUND_HALF_DOWN
    HALF_EVEN = decimal.ROUND_HALF_EVEN
    UP = decimal.ROUND_UP
    DOWN = decimal.ROUND_DOWN
    CEILING = decimal.ROUND_CEILING
    FLOOR = decimal.ROUND_FLOOR


def round_fraction(value: Fraction, mode: Rounding | str = Rounding.HALF_EVEN) -> int:
    """The whole number next to `value` by `mode`, exactly."""
    mode = Rounding(mode)
    below, rest = divmod(value.numerator, value.denominator)
    beyond_half = 2 * rest - value.denominator
    if rest == 0:
        return below
    if mode in (Rounding.HALF_UP, Rounding.HALF_DOWN, Rounding.HALF_EVEN) and beyond_half != 0:
        return below + (beyond_half > 0)
    outward = value.numerator > 0
    up = {
        Rounding.UP: outward,
        Rounding.HALF_UP: outward,
        Rounding.DOWN: not outward,
        Rounding.HALF_DOWN: not outward,
        Rounding.CEILING: True,
        Rounding.FLOOR: False,
        Rounding.HALF_EVEN: below % 2 == 1,
    }
    return below + up[mode]


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Quantity:
    """So many smallest steps of one dimension, exactly; two dimensions never add, compare or convert.

    A quantity has no truth value (0 is not "nothing was said"): ask `is_zero`, or `is None`.
    """

    steps: Fraction
    dimension: Dimension

    def __init__(self, steps: Fraction | int, dimension: Dimension) -> None:
        """Take a whole number or a Fraction of steps; a float or a Decimal is a fault of ours."""
        object.__setattr__(self, "steps", steps if type(steps) is Fraction else _steps(steps))
        object.__setattr__(self, "dimension", dimension)

    @classmethod
    def of(cls, value: str | int | Decimal | Fraction, unit_: str | Unit) -> Quantity:
        """`Quantity.of("12.5", "mg")`: for our own tables and code; what people type goes through `parse`."""
        chosen = unit(unit_) if isinstance(unit_, str) else unit_
        return cls(_exact(value) * chosen.steps, chosen.dimension)

    @classmethod
    def zero(cls, dimension: Dimension) -> Quantity:
        """None of this dimension."""
        return _none_of(dimension)

    def __repr__(self) -> str:
        """Exact and unmistakable; people are shown `show`."""
        return f"<{self.steps} {self.dimension.step} {self.dimension.name}>"

    def __bool__(self) -> bool:
        """Refuse: `if quantity` would take 0 for nothing said."""
        raise TypeError("A quantity has no truth value: ask is_zero, or compare with None")

    @property
    def is_zero(self) -> bool:
        """Whether it is exactly none."""
        return self.steps == 0

    def _same(self, other: object, what: str) -> Fraction:
        if not isinstance(other, Quantity):
            raise TypeError(f"A quantity and a {type(other).__name__} do not {what}")
        if other.dimension is not self.dimension and other.dimension != self.dimension:
            raise DimensionMismatch(f"{self.dimension.name} and {other.dimension.name} do not {what}")
        return other.steps

    def __add__(self, other: Quantity) -> Quantity:
        if not isinstance(other, Quantity):
            return NotImplemented
        return Quantity(self.steps + self._same(other, "add"), self.dimension)

    def __sub__(self, other: Quantity) -> Quantity:
        if not isinstance(other, Quantity):
            return NotImplemented
        return Quantity(self.steps - self._same(other, "subtract"), self.dimension)

    def __neg__(self) -> Quantity:
        return Quantity(-self.steps, self.dimension)

    def __abs__(self) -> Quantity:
        return Quantity(abs(self.steps), self.dimension)

    def __mul__(self, factor: int | Fraction) -> Quantity:
        if not isinstance(factor, int | Fraction):
            return NotImplemented
        return Quantity(self.steps * factor, self.dimension)

    __rmul__ = __mul__

    @overload
    def __truediv__(self, other: Quantity) -> Fraction: ...
    @overload
    def __truediv__(self, other: int | Fraction) -> Quantity: ...
    def __truediv__(self, other: Quantity | int | Fraction) -> Fraction | Quantity:
        if isinstance(other, Quantity):
            return self.steps / self._same(other, "divide")
        if not isinstance(other, int | Fraction):
            return NotImplemented
        return Quantity(self.steps / other, self.dimension)

    def __lt__(self, other: Quantity) -> bool:
        return self.steps < self._same(other, "compare")

    def __le__(self, other: Quantity) -> bool:
        return self.steps <= self._same(other, "compare")

    def __gt__(self, other: Quantity) -> bool:
        return self.steps > self._same(other, "compare")

    def __ge__(self, other: Quantity) -> bool:
        return self.steps >= self._same(other, "compare")

    def whole(self) -> int:
        """The number of steps as the ledger stores it; raises Inexact where it is not whole."""
        if self.steps.denominator != 1:
            raise Inexact(f"{self!r} is not a whole number of {self.dimension.step}")
        return self.steps.numerator

    def in_unit(self, unit: Unit) -> Fraction:
        """How many of `unit` it is, exactly; raises DimensionMismatch."""
        if unit.dimension != self.dimension:
            raise DimensionMismatch(
                f"{self.dimension.name} is not measured in {unit.code} of {unit.dimension.name}"
            )
        return self.steps / unit.steps

    def rounded(self, step: Quantity, mode: Rounding | str = Rounding.HALF_EVEN) -> Quantity:
        """The multiple of `step` next to it by `mode` (a graduation, or one smallest step)."""
        return step * round_fraction(self / step, mode)

    def to_step(self, mode: Rounding | str = Rounding.HALF_EVEN) -> Quantity:
        """Rounded to one smallest step, as the ledger stores a computed amount."""
        return self.rounded(Quantity(1, self.dimension), mode)


@cache
def _none_of(dimension: Dimension) -> Quantity:
    """One for all: a quantity never changes, and every sum begins with none."""
    return Quantity(0, dimension)


def total(quantities: Iterable[Quantity], dimension: Dimension) -> Quantity:
    """The sum, which is zero of `dimension` for none."""
    return sum(quantities, start=Quantity.zero(dimension))


def _steps(steps: object) -> Fraction:
    if isinstance(steps, bool) or not isinstance(steps, int | Fraction):
        raise TypeError(f"Steps are an int or a Fraction, not {type(steps).__name__}")
    return Fraction(steps)


def _exact(value: str | int | Decimal | Fraction) -> Fraction:
    if isinstance(value, str) and not _EXACT.fullmatch(value):
        raise ValueError(f"{value!r} is not a plain number")
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal | Fraction):
        raise TypeError(f"A quantity is never made of a {type(value).__name__}")
    if isinstance(value, Decimal) and not value.is_finite():
        raise ValueError("A quantity is finite")
    return Fraction(value)
