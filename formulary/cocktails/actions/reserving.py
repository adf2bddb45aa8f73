"""Keeping stock for a prescribed cocktail: what would be drawn today, so that nobody promises it twice."""

from datetime import datetime
from typing import TYPE_CHECKING

from formulary.accounts import Actor
from formulary.cocktails.facts import reservation_ref
from formulary.cocktails.models import Cocktail
from formulary.rules import allocation, formulation
from formulary.rules.facts import Cocktail as Facts
from formulary.rules.facts import Container
from formulary.rules.formulation.solution import Solved
from formulary.stock import actions as stock

if TYPE_CHECKING:
    from formulary.cocktails.actions.signing import Checked

MAY_SPLIT = frozenset(
    {Container.MULTI_DOSE, Container.SINGLE_DOSE, Container.AMPOULE, Container.BULK, Container.UNKNOWN}
)


def allocate_line(facts: Facts, solved: Solved, *, at: datetime) -> allocation.Allocation:
    """Which vials a line would be drawn from now, and why not from the others."""
    product = solved.line.product
    return allocation.allocate(
        formulation.ledger_amount(
            solved.achieved_volume, formulation.strength_of(solved.line), is_powder=product.is_powder
        ),
        [s for s in facts.stock if s.product_id == product.id],
        at=at,
        for_patient=facts.patient.id if facts.patient else None,
        may_split=product.container in MAY_SPLIT,
        policies=facts.policies,
    )


def reserve_lines(checked: "Checked", *, at: datetime, by: Actor) -> None:
    """Reserve what is there for every line; what is short was found by the checklist and reserves nothing."""
    facts = checked.gathered.cocktail
    for solved in formulation.solve_cocktail(facts).lines:
        chosen = allocate_line(facts, solved, at=at)
        if chosen.picks:
            stock.reserve(reservation_ref(checked.cocktail), chosen.picks, at=at, by=by)


def release_reservations(cocktail: Cocktail, *, why: str, at: datetime) -> None:
    """Give back what was kept for a cocktail."""
    stock.end_reservations(reservation_ref(cocktail), why=why, at=at)
