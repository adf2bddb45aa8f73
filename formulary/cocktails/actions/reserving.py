"""Keeping stock for a prescribed cocktail: what would be drawn today, so that nobody promises it twice."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from formulary.accounts import Actor
from formulary.cocktails.facts import reservation_ref
from formulary.cocktails.labels.sources import allocate_line, is_countable
from formulary.cocktails.models import Cocktail
from formulary.rules import allocation, formulation
from formulary.stock import actions as stock

if TYPE_CHECKING:
    from formulary.cocktails.actions.signing import Checked


def reserve_lines(checked: "Checked", *, at: datetime, by: Actor) -> None:
    """Reserve what is there for every line; what is short was found by the checklist and reserves nothing."""
    facts = checked.gathered.cocktail
    lines = formulation.solve_cocktail(facts).lines
    chosen = [allocate_line(facts, solved, at=at) for solved in lines if is_countable(solved)]
    keep(checked.cocktail, chosen, at=at, by=by)


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
