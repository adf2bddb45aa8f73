"""What to do where no syringe measures a volume: dilute a measurable part of it, and draw more of that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import ceil

from formulary.rules.facts import Syringe
from formulary.rules.formulation.devices import Measured, measure
from formulary.rules.units import VOLUME, Quantity

FACTORS = (2, 5, 10, 20, 50, 100)


@dataclass(frozen=True, slots=True)
class Aliquot:
    """Make `take` up to `made` with diluent, then draw `draw` of it: that holds `holds` undiluted.

    `error` is what the draw's graduation makes of the volume asked for, as a share of it.
    """

    take: Quantity
    made: Quantity
    draw: Quantity
    holds: Quantity
    error: Fraction

    @property
    def diluent(self) -> Quantity:
        """The diluent that comes along in the draw."""
        return self.draw - self.holds


def aliquot(
    volume: Quantity,
    syringes: Sequence[Syringe],
    smallest_fill: Fraction,
    *,
    tolerance: Fraction | None,
    room: Quantity | None = None,
) -> Aliquot | None:
    """The weakest dilution whose every step is on a mark and fills its syringe enough; None where none is.

    `syringes` come smallest first. Without a `tolerance` only an exact draw is proposed. `room` is how much
    diluent the mixture can take in; None does not limit it. Of one dilution the smallest part is taken.
    """
    if volume.is_zero:
        return None
    made = (_at(factor, volume, syringes, smallest_fill, tolerance) for factor in FACTORS)
    fitting = (x for x in made if x is not None and (room is None or x.diluent <= room))
    return min(fitting, key=lambda x: (x.error > 0, x.made / x.take), default=None)


def _at(
    factor: int,
    volume: Quantity,
    syringes: Sequence[Syringe],
    smallest_fill: Fraction,
    tolerance: Fraction | None,
) -> Aliquot | None:
    wanted = volume * factor
    drawn = measure(wanted, syringes, smallest_fill, ties_down=True)
    error = abs(drawn.volume / wanted - 1)
    if not _is_plain(drawn) or error > (tolerance or 0):
        return None
    exact = _marks(tuple(syringes), smallest_fill)
    for take in exact:
        whole = take * factor
        if whole > drawn.volume and whole in exact:
            return Aliquot(take, whole, drawn.volume, drawn.volume / factor, error)
    return None


@lru_cache(maxsize=64)
def _marks(syringes: tuple[Syringe, ...], smallest_fill: Fraction) -> dict[Quantity, None]:
    """Every volume on a mark of the smallest syringe that holds it, filling that enough; smallest first."""
    found, held = dict[Quantity, None](), Quantity.zero(VOLUME)
    for syringe in syringes:
        first = max(1, ceil(syringe.capacity * smallest_fill / syringe.graduation))
        last = int(syringe.capacity / syringe.graduation)
        volumes = (syringe.graduation * mark for mark in range(first, last + 1))
        found |= dict.fromkeys(volume for volume in volumes if volume > held)
        held = max(held, syringe.capacity)
    return found


def _is_plain(measured: Measured) -> bool:
    """Whether one draw with a syringe that is filled enough measures it."""
    enough = not measured.too_little and not measured.volume.is_zero
    return measured.syringe is not None and measured.times == 1 and enough
