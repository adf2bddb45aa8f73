"""What counts of each local anaesthetic in a cocktail: its lines, and what comes inside another line.

An anaesthetic may be beside the active of a product (a filler with lidocaine), or in what the vial was mixed
with. How much the label states of the first is counted; how much of a diluent is in a line nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from formulary.rules.checklist.excipients import counted_volume
from formulary.rules.checklist.rule import Case
from formulary.rules.checklist.substances import Substance, ceilings_of, prescribed, substances
from formulary.rules.facts import ADDITIVE, Excipient, Line
from formulary.rules.findings import Level
from formulary.rules.formulation import IN_A_SESSION, Ceiling, Solved, about, amount, ceiling, holds
from formulary.rules.units import Quantity


@dataclass(frozen=True, slots=True)
class Part:
    """How much of one anaesthetic counts, of how much, and what going above that does.

    `most` None: nobody knows how much may be given. `held` is the dose as prescribed, in words, or what was
    given before. `line` and `ingredient_id` are of what comes inside a line.
    """

    name: str
    dose: Quantity | None
    most: Quantity | None
    level: Level
    held: str
    line: int = 0
    ingredient_id: int = 0

    @property
    def share(self) -> Fraction | None:
        """Its dose as a share of its most; None where either is not known."""
        return None if self.dose is None or self.most is None else self.dose / self.most


def members_of(case: Case) -> list[Substance]:
    """The lines that are of the group, whatever their part in the mixture."""
    return [x for x in substances(case) if ADDITIVE in x.ingredient.groups]


def part_of(case: Case, substance: Substance) -> Part:
    """What counts of all lines of one."""
    most, level = binding(case, ceilings_of(case, substance), substance.dose)
    return Part(substance.name, substance.dose, most, level, prescribed("dose", substance, case.mark))


def binding(case: Case, found: Iterable[Ceiling], dose: Quantity | None) -> tuple[Quantity | None, Level]:
    """The lowest most that is not a mere warning, or None, and what going above that does."""
    weight_missing = case.patient is not None
    known = [
        (c.most, c.limit.exceeded)
        for c in found
        if c.most is not None and dose is not None and c.most.dimension == dose.dimension
        if not c.most.is_zero and not (c.needs_weight and weight_missing)
    ]
    hard = [each for each in known if each[1] > Level.WARN] or known
    return min(hard, key=lambda each: each[0].steps, default=(None, Level.STOP))


def parts_inside(case: Case) -> list[Part]:
    """Those that come inside a line: beside its active, or in what its vial was mixed with."""
    used = [x for x in case.counted if not x.volume.is_zero]
    beside = [_beside(case, x, each) for x in used for each in _of_group(x.line)]
    drawn = {x.number for x in used}
    return [*beside, *(part for line in case.mixed_in if line.number in drawn for part in _mixed_in(line))]


def _of_group(line: Line) -> list[Excipient]:
    own = line.product.ingredient.id
    return [x for x in line.product.excipients if ADDITIVE in x.groups and x.ingredient_id != own]


def _beside(case: Case, solved: Solved, found: Excipient) -> Part:
    dose, typed = amount(counted_volume(case, solved), found.amount), amount(solved.volume, found.amount)
    weight = None if case.patient is None else case.patient.weight
    own = (x for x in found.limits if x.per in IN_A_SESSION and holds(x, case.cocktail.route, case.on))
    asked = [ceiling(x, weight) for x in own if x.dose is not None or x.per_kg is not None]
    most, level = binding(case, asked, dose)
    held = "unknown" if typed is None else about(typed, case.mark)
    return Part(_inside(found, solved.line), dose, most, level, held, solved.number, found.ingredient_id)


def _mixed_in(line: Line) -> Iterator[Part]:
    """What a diluent is or holds of the group: how much of it a line gets, nobody knows."""
    ingredient = line.product.ingredient
    if ADDITIVE in ingredient.groups:
        name = f"{ingredient.name} in the vial"
        yield Part(name, None, None, Level.STOP, "unknown", line.number, ingredient.id)
    for x in _of_group(line):
        yield Part(_inside(x, line), None, None, Level.STOP, "unknown", line.number, x.ingredient_id)


def _inside(found: Excipient, line: Line) -> str:
    return f"{found.name.removesuffix(' (excipient)')} in {line.product.ingredient.name}"
