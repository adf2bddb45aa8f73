"""Which syringe measures a volume, and what it makes of it: the only place where the arithmetic rounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from formulary.rules.facts import Syringe
from formulary.rules.units import Quantity, Rounding, round_fraction


@dataclass(frozen=True, slots=True)
class Measured:
    """A volume as a device can measure it: `times` draws with `syringe` (None: no syringe is on record).

    `too_little` is: even the smallest syringe would be filled less than the site's smallest fill.
    """

    volume: Quantity
    syringe: Syringe | None
    times: int = 1
    to_mark: bool = False
    too_little: bool = False


def sorted_syringes(syringes: Sequence[Syringe]) -> tuple[Syringe, ...]:
    """Smallest first; of one capacity the finer graduation first (sources differ for 5 and 10 mL)."""
    return tuple(sorted(syringes, key=lambda s: (s.capacity.steps, s.graduation.steps, s.name)))


def measure(
    volume: Quantity, syringes: Sequence[Syringe], smallest_fill: Fraction, *, ties_down: bool
) -> Measured:
    """The volume rounded to the graduation of the smallest syringe that holds it; larger volumes are split
    evenly.

    `syringes` come smallest first. Ties go down where a hard maximum holds, else up.
    """
    if volume.is_zero or not syringes:
        return Measured(volume, None)
    syringe = next((s for s in syringes if s.capacity >= volume), syringes[-1])
    times = max(1, ceil(volume / syringe.capacity))
    mode = Rounding.HALF_DOWN if ties_down else Rounding.HALF_UP
    marks = round_fraction(volume / syringe.graduation, mode)
    too_little = volume < syringe.capacity * smallest_fill
    return Measured(syringe.graduation * marks, syringe, times, too_little=too_little)


def on_a_mark(volume: Quantity, syringes: Sequence[Syringe], *, up: bool) -> Quantity:
    """The mark next below a volume, or above it, of the syringe that would hold it; without one, itself."""
    if not syringes:
        return volume
    ordered = sorted_syringes(syringes)
    syringe = next((s for s in ordered if s.capacity >= volume), ordered[-1])
    marks = volume / syringe.graduation
    return syringe.graduation * (ceil(marks) if up else floor(marks))


def final_syringe(prepared: Quantity, syringes: Sequence[Syringe], smallest_fill: Fraction) -> Syringe | None:
    """The smallest syringe that holds the whole preparation on one of its marks, or None."""
    fitting = (s for s in syringes if s.capacity >= prepared >= s.capacity * smallest_fill)
    return next((s for s in fitting if (prepared / s.graduation).denominator == 1), None)


def make_up(
    volume: Quantity, final: Syringe | None, syringes: Sequence[Syringe], smallest_fill: Fraction
) -> Measured:
    """The diluent that makes up the rest: drawn to the mark of the final syringe, else measured by itself."""
    if final is None or volume.is_zero:
        return measure(volume, syringes, smallest_fill, ties_down=False)
    return Measured(volume, final, to_mark=True)
