"""The one file that imports Pint: an empty registry, filled from our table, asked with our own codes."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from threading import RLock
from typing import TYPE_CHECKING, Any

from pint import Context, DimensionalityError, UnitRegistry

if TYPE_CHECKING:
    from pint.facets.plain import PlainQuantity

_registry: UnitRegistry[Decimal] = UnitRegistry(None, non_int_type=Decimal)
_lock = RLock()


class DimensionMismatch(TypeError):
    """Two dimensions were added, compared or converted; for units of activity that includes two products."""


def define_root(name: str, step: str | None = None) -> None:
    """Give a new dimension its root unit, and its smallest step: 1e-9 of the root."""
    with _lock:
        _registry.define(f"{name} = [of_{name}]")
        if step:
            _registry.define(f"{step} = 1e-9 * {name}")


def define_unit(name: str, size: str, root: str) -> None:
    """Define a unit as `size` of the root unit."""
    _registry.define(f"{name} = {size} * {root}")


@lru_cache(maxsize=4096)
def factor(source: str, target: str) -> Fraction:
    """How many `target` one `source` is, exactly; raises DimensionMismatch."""
    try:
        with _lock:
            return Fraction(_registry.convert(Decimal(1), source, target))
    except DimensionalityError as exc:
        raise DimensionMismatch(f"{source} does not convert to {target}") from exc


def define_molar_mass() -> None:
    """Teach the registry the one bridge between amount of substance and mass, which needs the molar mass."""
    bridge = Context("substance", defaults={"molar_mass": None})
    bridge.add_transformation("[of_mol]", "[of_g]", _times_molar_mass)
    _registry.add_context(bridge)


def _times_molar_mass(ureg: Any, value: PlainQuantity[Any], **given: Any) -> Any:
    return value * given["molar_mass"]


@lru_cache(maxsize=4096)
def mg_per_mmol(molar_mass: Decimal) -> Fraction:
    """The mass in mg of one mmol of a substance of this molar mass in g/mol, as Pint's context answers it."""
    with _lock:
        per_mole = _registry.Quantity(molar_mass, "g / mol")
        mass = _registry.Quantity(Decimal(1), "mmol").to("mg", "substance", molar_mass=per_mole)
    return Fraction(mass.magnitude)
