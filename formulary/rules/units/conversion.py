"""From one dimension to another, only by the substance's own molar mass, valence or sourced factor."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from formulary.rules.units.dimensions import (
    AMOUNT,
    DROPS,
    EQUIVALENT,
    IU,
    MASS,
    VOLUME,
    Dimension,
    is_activity,
    unit,
)
from formulary.rules.units.quantity import Quantity
from formulary.rules.units.registry import DimensionMismatch, mg_per_mmol


def to_mass(amount: Quantity, molar_mass: Decimal) -> Quantity:
    """The mass of an amount of substance; `molar_mass` in g/mol. Raises DimensionMismatch, ValueError."""
    return Quantity.of(amount.in_unit(unit("mmol")) * _per_mmol(molar_mass), "mg")


def to_amount(mass: Quantity, molar_mass: Decimal) -> Quantity:
    """The amount of substance in a mass; `molar_mass` in g/mol. Raises DimensionMismatch, ValueError."""
    return Quantity.of(mass.in_unit(unit("mg")) / _per_mmol(molar_mass), "mmol")


def _per_mmol(molar_mass: Decimal) -> Fraction:
    if not isinstance(molar_mass, Decimal) or not molar_mass.is_finite() or molar_mass <= 0:
        raise ValueError(f"A molar mass is a positive Decimal in g/mol, not {molar_mass!r}")
    return mg_per_mmol(molar_mass)


def to_equivalents(amount: Quantity, valence: int) -> Quantity:
    """The equivalents in an amount of an ion: mEq = mmol x valence. Raises DimensionMismatch, ValueError."""
    return Quantity(_in(AMOUNT, amount) * _valence(valence), EQUIVALENT)


def from_equivalents(equivalents: Quantity, valence: int) -> Quantity:
    """The amount of an ion in its equivalents: mmol = mEq / valence. Raises DimensionMismatch, ValueError."""
    return Quantity(_in(EQUIVALENT, equivalents) / _valence(valence), AMOUNT)


def _valence(valence: int) -> int:
    if isinstance(valence, bool) or not isinstance(valence, int) or valence < 1:
        raise ValueError(f"A valence is a whole number from 1, not {valence!r}")
    return valence


def _in(dimension: Dimension, q: Quantity) -> Fraction:
    if q.dimension != dimension:
        raise DimensionMismatch(f"{q.dimension.name} is not {dimension.name}")
    return q.steps


@dataclass(frozen=True, slots=True)
class Potency:
    """How much mass a stated activity of one substance is (1 IU of retinol = 0.3 mcg), and who says so.

    There is no general factor: a botulinum toxin has none, vitamin E has one per chemical form [DSID, BTX1].
    """

    activity: Quantity
    mass: Quantity
    source: str

    def __post_init__(self) -> None:
        """Refuse a factor that is not activity to mass, is not positive, or names no source."""
        if self.mass.dimension != MASS or not (
            self.activity.dimension == IU or is_activity(self.activity.dimension)
        ):
            raise DimensionMismatch("A potency gives the mass of an activity")
        if self.activity.steps <= 0 or self.mass.steps <= 0:
            raise ValueError("A potency is positive")
        if not self.source.strip():
            raise ValueError("A potency names its source")


def activity_to_mass(activity: Quantity, potency: Potency) -> Quantity:
    """The mass of an activity by the substance's own potency; raises DimensionMismatch for another's."""
    return potency.mass * (activity / potency.activity)


def mass_to_activity(mass: Quantity, potency: Potency) -> Quantity:
    """The activity of a mass by the substance's own potency; raises DimensionMismatch."""
    return potency.activity * (mass / potency.mass)


def drops_to_volume(drops: Quantity, drops_per_ml: Fraction) -> Quantity:
    """The volume of drops by the product's own drops per mL. Raises DimensionMismatch, ValueError."""
    if drops_per_ml <= 0:
        raise ValueError("A product has a positive number of drops per mL")
    return Quantity(_in(DROPS, drops) / unit("drop").steps / drops_per_ml * unit("mL").steps, VOLUME)


def percent_in_volume(percent: Decimal | Fraction) -> tuple[Quantity, Quantity]:
    """A percentage (w/v) as the pair it stands for: 3 % is 3 g in 100 mL. Never for w/w or v/v."""
    return Quantity.of(percent, "g"), Quantity.of(100, "mL")
