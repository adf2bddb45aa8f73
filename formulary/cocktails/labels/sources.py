"""Which vials the lines would be drawn from now, of what lies on the shelf."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial

from formulary.rules import allocation, formulation
from formulary.rules.facts import Cocktail as Facts
from formulary.rules.facts import Container, Pin
from formulary.rules.formulation.solution import Solved
from formulary.rules.units import VOLUME, Quantity

MAY_SPLIT = frozenset(
    {Container.MULTI_DOSE, Container.SINGLE_DOSE, Container.AMPOULE, Container.BULK, Container.UNKNOWN}
)


def allocate_lines(facts: Facts, lines: Iterable[Solved], *, at: datetime) -> allocation.Together:
    """Which vials these lines would be drawn from now, in turn: what one takes is gone for the next.

    What makes up comes last, as at the bench; the answer is in the order of the lines.
    """
    wanted = list(lines)
    order = sorted(wanted, key=work_order)
    found = allocation.line_by_line(partial(_ask, facts, solved, at) for solved in order)
    by_line = {id(solved): each for solved, each in zip(order, found.lines, strict=True)}
    return allocation.Together(tuple(by_line[id(solved)] for solved in wanted))


def work_order(solved: Solved) -> tuple[bool, int]:
    """The order of work at the bench: what makes up comes last."""
    return solved.line.pin is Pin.QS, solved.number


def allocate_line(
    facts: Facts, solved: Solved, *, at: datetime, taken: Sequence[allocation.Pick] = ()
) -> allocation.Allocation:
    """Which vials a line would be drawn from now beside what others have `taken`, and why not the rest."""
    product = solved.line.product
    return allocation.allocate(
        _in_ledger(solved, solved.achieved_volume),
        [s for s in facts.stock if s.product_id == product.id],
        at=at,
        for_patient=facts.patient.id if facts.patient else None,
        may_split=product.container in MAY_SPLIT,
        policies=facts.policies,
        for_ref=facts.ref,
        smallest=_in_ledger(solved, smallest_draw(facts)),
        taken=taken,
    )


def _ask(
    facts: Facts, solved: Solved, at: datetime, taken: Sequence[allocation.Pick]
) -> allocation.Allocation:
    return allocate_line(facts, solved, at=at, taken=taken)


def smallest_draw(facts: Facts) -> Quantity:
    """The least that a syringe on record measures: its smallest fill; nothing where none is on record."""
    fills = [syringe.capacity * facts.policies.smallest_fill for syringe in facts.syringes]
    return min(fills, default=Quantity.zero(VOLUME))


def _in_ledger(solved: Solved, volume: Quantity) -> Quantity:
    strength = formulation.strength_of(solved.line)
    return formulation.ledger_amount(volume, strength, is_powder=solved.line.product.is_powder)


def is_countable(solved: Solved) -> bool:
    """Whether it is known what the line takes: a powder of unknown strength has no mass in a volume."""
    known = not solved.line.product.is_powder or formulation.strength_of(solved.line) is not None
    return known and solved.achieved_volume.steps > 0
