"""What the solver answers: per line what was asked, what is drawn and what that achieves, all exact."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from formulary.rules.facts import Line, Strength, Syringe
from formulary.rules.findings import Finding, Refused
from formulary.rules.units import VOLUME, Quantity


@dataclass(frozen=True, slots=True)
class Solved:
    """One line, exactly.

    `dose`, `volume` and `concentration` are those of the prescribed volume. `draw_volume` is scaled to what
    is prepared, `achieved_*` is what the device can measure of it (in `times` draws with `syringe`, or
    `to_mark` of the final one). `achieved_dose` is the dose contained, `delivered_dose` what leaves the
    needle of it. `deviation` is achieved over planned, less 1. None: the strength is unknown.
    """

    line: Line
    volume: Quantity
    dose: Quantity | None
    concentration: Strength | None
    draw_volume: Quantity
    syringe: Syringe | None
    times: int
    to_mark: bool
    too_little: bool
    achieved_volume: Quantity
    achieved_dose: Quantity | None
    achieved_concentration: Strength | None
    delivered_dose: Quantity | None
    deviation: Fraction
    dose_limit: Quantity | None = None
    concentration_limit: Strength | None = None

    @property
    def number(self) -> int:
        """The number of the line."""
        return self.line.number

    @property
    def name(self) -> str:
        """The ingredient's name."""
        return self.line.product.ingredient.name

    @property
    def of_dose_limit(self) -> Fraction | None:
        """The dose as a share of the most one session may hold, or None while that is unknown."""
        limit = self.dose_limit
        return None if limit is None or self.dose is None or limit.is_zero else self.dose / limit


NONE = Quantity.zero(VOLUME)


def known(volume: Quantity | None) -> Quantity:
    """The volume, or none where nobody said one."""
    return NONE if volume is None else volume


def share_given(achieved: Quantity, prescribed: Quantity, dead_space: Quantity | None) -> Fraction:
    """What share of each dose held in the preparation is expected to reach the patient.

    The volume prescribed is given, or what the dead space leaves of the preparation where that is less.
    """
    if achieved.is_zero:
        return Fraction(1)
    return min(prescribed, max(achieved - known(dead_space), NONE)) / achieved


@dataclass(frozen=True)
class Solution:
    """A cocktail's arithmetic. A line that cannot be computed is absent from `lines`, and a finding names
    it.

    `target` is the volume prescribed, `prepared` that with overfill and dead space, `scale` prepared over
    prescribed; `total` is the exact sum of the lines in the volume prescribed, `achieved_total` the sum of
    what is drawn.
    """

    lines: tuple[Solved, ...]
    target: Quantity | None
    prepared: Quantity | None
    scale: Fraction
    total: Quantity
    achieved_total: Quantity
    findings: tuple[Finding, ...] = ()
    final_syringe: Syringe | None = None
    dead_space: Quantity | None = None
    overfill: Quantity | None = None

    @property
    def complete(self) -> bool:
        """Whether every line was solved and they fit."""
        return not self.findings

    @cached_property
    def given(self) -> Fraction:
        """What share of each dose it holds is expected to reach the patient."""
        prescribed = self.achieved_total if self.target is None else self.target
        return share_given(self.achieved_total, prescribed, self.dead_space)

    def line(self, number: int) -> Solved | None:
        """The solved line of this number, or None where it could not be computed (a finding says why)."""
        return next((solved for solved in self.lines if solved.number == number), None)

    def or_refuse(self) -> Solution:
        """This solution, or Refused with every line that keeps it from being one."""
        if self.findings:
            raise Refused(*self.findings)
        return self
