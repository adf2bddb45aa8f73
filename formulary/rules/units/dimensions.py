"""What can be measured and in which units: one table, from which the Pint registry is filled at import."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from formulary.rules.units import registry

_KEY = re.compile(r"[A-Za-z0-9_-]{1,40}")
_ACTIVITY = "units:"


class UnknownUnit(KeyError):
    """A unit code that is not in the table, or does not belong to the dimension it was asked for."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """A kind of quantity: its stored name, and the smallest step in which the ledger counts it."""

    name: str
    step: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that people write: its code, its dimension, and how many smallest steps one of it holds."""

    code: str
    dimension: Dimension
    steps: int

    @property
    def decimals(self) -> int:
        """Decimals that may be typed: as many as the smallest step holds, at most six (mcg 3, mg 6, mL 6)."""
        return min(6, len(str(self.steps)) - 1)


MASS = Dimension("mass", "ng")
VOLUME = Dimension("volume", "nL")
IU = Dimension("iu", "nIU")
AMOUNT = Dimension("amount", "nmol")
EQUIVALENT = Dimension("equivalent", "nEq")
LENGTH = Dimension("length", "nm")
DROPS = Dimension("drops", "ndrop")

# dimension, root unit, then each unit as people write it with its size in the root.
_TABLE: tuple[tuple[Dimension, str, tuple[tuple[str, str], ...]], ...] = (
    (MASS, "g", (("mcg", "1e-6"), ("mg", "1e-3"), ("g", "1"), ("kg", "1e3"))),
    (VOLUME, "L", (("mL", "1e-3"), ("L", "1"))),
    (IU, "IU", (("IU", "1"),)),
    (AMOUNT, "mol", (("mmol", "1e-3"),)),
    (EQUIVALENT, "Eq", (("mEq", "1e-3"),)),
    (LENGTH, "m", (("mm", "1e-3"),)),
    (DROPS, "drop", (("drop", "1"),)),
)
_OFFERED = {MASS: ("mcg", "mg", "g"), VOLUME: ("mL",)}


def _define(dimension: Dimension, root: str, units: tuple[tuple[str, str], ...]) -> tuple[Unit, ...]:
    registry.define_root(root, dimension.step)
    for code, size in units:
        if code != root:
            registry.define_unit(code, size, root)
    return tuple(Unit(code, dimension, int(registry.factor(code, dimension.step))) for code, _ in units)


_UNITS: dict[Dimension, tuple[Unit, ...]] = {row[0]: _define(*row) for row in _TABLE}
_BY_CODE = {unit.code: unit for units in _UNITS.values() for unit in units}
_BY_NAME = {dimension.name: dimension for dimension in _UNITS}
registry.define_molar_mass()


@cache
def activity(product_key: int | str) -> Dimension:
    """The dimension of one product measured in units of activity: its own, never convertible to another's.

    Source: onabotulinumtoxinA label, units are "not comparable with or convertible into" others [BTX1].
    """
    key = str(product_key)
    if not _KEY.fullmatch(key):
        raise UnknownUnit(f"{key!r} cannot name a product")
    if not isinstance(product_key, str):
        return activity(key)
    registry.define_root(_activity_name(key))
    return Dimension(f"{_ACTIVITY}{key}", "nunit")


def is_activity(dimension: Dimension) -> bool:
    """Whether the dimension is the units of activity of one product."""
    return dimension.name.startswith(_ACTIVITY)


def dimension(name: str) -> Dimension:
    """The dimension stored under this name ("mass", "units:17"); raises UnknownUnit for any other."""
    if name.startswith(_ACTIVITY):
        return activity(name.removeprefix(_ACTIVITY))
    if name not in _BY_NAME:
        raise UnknownUnit(f"{name!r} is not a dimension")
    return _BY_NAME[name]


def unit(code: str, dimension: Dimension | None = None) -> Unit:
    """The unit of this code; "units" needs the product's dimension. Raises UnknownUnit."""
    if dimension is not None and is_activity(dimension) and code == "units":
        return Unit("units", dimension, 10**9)
    found = _BY_CODE.get(code)
    if found is None or (dimension is not None and found.dimension != dimension):
        raise UnknownUnit(f"{code!r} is not a unit" + (f" of {dimension.name}" if dimension else ""))
    return found


def units_of(dimension: Dimension) -> tuple[Unit, ...]:
    """The units a field of this dimension offers; kg and L are for the fields that name them."""
    if is_activity(dimension):
        return (unit("units", dimension),)
    offered = _OFFERED.get(dimension)
    return tuple(u for u in _UNITS[dimension] if offered is None or u.code in offered)


def _activity_name(product_key: str) -> str:
    return f"activity_{product_key.encode().hex()}"


def _pint_name(unit: Unit) -> str:
    if not is_activity(unit.dimension):
        return unit.code
    return _activity_name(unit.dimension.name.removeprefix(_ACTIVITY))


def conversion_factor(source: Unit, target: Unit) -> Fraction:
    """How many of `target` one of `source` is, as Pint answers it; raises DimensionMismatch."""
    return registry.factor(_pint_name(source), _pint_name(target))
