"""Keeping stock for a prescribed cocktail: what would be drawn today, so that nobody promises it twice."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from formulary.accounts import Actor
from formulary.cocktails.facts import reservation_ref
from formulary.cocktails.models import Cocktail
from formulary.rules import allocation, formulation
from formulary.rules.facts import Cocktail as Facts
from formulary.rules.facts import Container
from formulary.rules.formulation.solution import Solved
from formulary.rules.units import VOLUME, Quantity
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
        _in_ledger(solved, solved.achieved_volume),
        [s for s in facts.stock if s.product_id == product.id],
        at=at,
        for_patient=facts.patient.id if facts.patient else None,
        may_split=product.container in MAY_SPLIT,
        policies=facts.policies,
        for_ref=facts.ref,
        smallest=_in_ledger(solved, smallest_draw(facts)),
    )


def smallest_draw(facts: Facts) -> Quantity:
    """The least that a syringe on record measures: its smallest fill; nothing where none is on record."""
    fills = [syringe.capacity * facts.policies.smallest_fill for syringe in facts.syringes]
    return min(fills, default=Quantity.zero(VOLUME))


def _in_ledger(solved: Solved, volume: Quantity) -> Quantity:
    strength = formulation.strength_of(solved.line)
    return formulation.ledger_amount(volume, strength, is_powder=solved.line.product.is_powder)


def reserve_lines(checked: "Checked", *, at: datetime, by: Actor) -> None:
    """Reserve what is there for every line; what is short was found by the checklist and reserves nothing."""
    facts = checked.gathered.cocktail
    lines = formulation.solve_cocktail(facts).lines
    chosen = [allocate_line(facts, solved, at=at) for solved in lines if _is_countable(solved)]
    keep(checked.cocktail, chosen, at=at, by=by)


def _is_countable(solved: Solved) -> bool:
    """Whether it is known what the line takes: a powder of unknown strength has no mass in a volume."""
    known = not solved.line.product.is_powder or formulation.strength_of(solved.line) is not None
    return known and solved.achieved_volume.steps > 0


def keep(cocktail: Cocktail, chosen: Iterable[allocation.Allocation], *, at: datetime, by: Actor) -> None:
    """Keep what was chosen for a cocktail, in the place of what was kept for it before."""
    picks = [_place(pick) for each in chosen for pick in each.picks]
    stock.reserve(reservation_ref(cocktail), picks, at=at, by=by)


def _place(pick: allocation.Pick) -> stock.Pick:
    source = pick.stock
    if source.place_id is None:
        raise ValueError(f"Lot {source.lot} lies nowhere")
    return stock.Pick(source.lot_id, pick.quantity.whole(), source.place_id, source.vial_id)


def release_reservations(cocktail: Cocktail, *, why: str, at: datetime) -> None:
    """Give back what was kept for a cocktail; what is discarded after it serves it no more."""
    stock.end_reservations(reservation_ref(cocktail), why=why, at=at)
    stock.end_session(cocktail.site_id, reservation_ref(cocktail))
