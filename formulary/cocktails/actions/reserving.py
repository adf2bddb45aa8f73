"""Keeping stock for a prescribed cocktail: what would be drawn today, so that nobody promises it twice."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from formulary.accounts import Actor
from formulary.cocktails.facts import reservation_ref
from formulary.cocktails.labels.sources import allocate_lines, is_countable
from formulary.cocktails.models import Cocktail
from formulary.rules import formulation
from formulary.rules.allocation import ToKeep
from formulary.stock import actions as stock
from formulary.stock.labels.taken import or_the_next_best

if TYPE_CHECKING:
    from formulary.cocktails.actions.signing import Checked


def reserve_lines(checked: "Checked", *, at: datetime, by: Actor) -> None:
    """Reserve what all lines would be drawn from; what is short was found by the checklist: then nothing is
    kept.

    Where nobody else shares what is opened, whole containers are kept.
    """
    facts = checked.gathered.cocktail
    lines = [solved for solved in formulation.solve_cocktail(facts).lines if is_countable(solved)]
    chosen = allocate_lines(facts, lines, at=at)
    with or_the_next_best(chosen.lines):
        keep(checked.cocktail, chosen.to_keep(facts.policies), at=at, by=by)


def keep(cocktail: Cocktail, chosen: Iterable[ToKeep], *, at: datetime, by: Actor) -> None:
    """Keep so much of each source for a cocktail, in the place of what was kept for it before."""
    picks = [_place(each) for each in chosen]
    stock.reserve(reservation_ref(cocktail), picks, at=at, by=by)


def _place(kept: ToKeep) -> stock.Pick:
    source = kept.stock
    if source.place_id is None:
        raise ValueError(f"Lot {source.lot} lies nowhere")
    quantity, most = kept.drawn.whole(), kept.whole.whole()
    return stock.Pick(source.lot_id, quantity, source.place_id, source.vial_id, most)


def release_reservations(cocktail: Cocktail, *, why: str, at: datetime) -> None:
    """Give back what was kept for a cocktail; what is discarded after it serves it no more."""
    stock.end_reservations(reservation_ref(cocktail), why=why, at=at)
    stock.end_session(cocktail.site_id, reservation_ref(cocktail))
