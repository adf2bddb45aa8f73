"""The end of the bench work: every step drawn, the beyond-use date computed, what is not kept wasted."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from formulary.accounts import Actor
from formulary.accounts import actions as accounts_actions
from formulary.audit import record
from formulary.cocktails.actions import move
from formulary.cocktails.actions.reserving import release_reservations
from formulary.db import once
from formulary.preparations import facts, queries
from formulary.preparations.actions.acts import under_way
from formulary.preparations.actions.drawing import attempt_volume
from formulary.preparations.models import Attempt
from formulary.rules.beyond_use import BeyondUse
from formulary.rules.findings import Refused, inputs_hash, refuse
from formulary.rules.units import VOLUME, Quantity, show
from formulary.stock import actions as stock
from formulary.stock.models import Vial


@once
def finish(
    attempt_id: int,
    *,
    waste_rest: Iterable[int] = (),
    storage: str = facts.STORAGES[0],
    at: datetime,
    by: Actor,
) -> Attempt:
    """Close the bench work: every step drawn, beyond-use date computed with the limit that decides.

    `waste_rest` are the opened vials whose remainder is discarded now; `storage` is where it is kept until
    it is given. Refused while a step is open or the beyond-use date cannot be known.
    """
    attempt = under_way(attempt_id, by)
    _every_step_is_drawn(attempt)
    until = facts.beyond_use(attempt, facts.gather_attempt(attempt, at=at, storage=storage), at)
    if until.at is None or until.limited_by is None:
        raise Refused(*until.unknown)
    attempt.beyond_use_at, attempt.beyond_use_limit = until.at, until.limited_by.name[:200]
    attempt.beyond_use_terms, attempt.storage = terms_of(until), storage
    attempt.prepared_at, attempt.state, attempt.total = at, "prepared", attempt_volume(attempt)
    move(attempt.cocktail, "prepared", at=at, by=by)
    release_reservations(attempt.cocktail, why="prepared", at=at)
    waste_rests(rests_of(attempt, set(waste_rest)), at=at, by=by)
    signed = {"signed_hash": content_hash(attempt), "shown": content_words(attempt)}
    accounts_actions.sign(by, meaning="prepared", subject=attempt, at=at, **signed)
    new = {"until": attempt.beyond_use_at.isoformat(), "total_nL": attempt.total, "storage": storage}
    record("preparations.finish", attempt, by=by, at=at, new=new)
    return attempt


def _every_step_is_drawn(attempt: Attempt) -> None:
    if open_step := queries.next_step(attempt):
        number = queries.steps(attempt).index(open_step) + 1
        reason = f"Step {number} is not drawn."
        raise refuse("attempt.step_open", attempt.cocktail.code, reason, "Draw it, then finish.")


def rests_of(attempt: Attempt, vial_ids: set[int]) -> list[Vial]:
    """Those of these vials that were opened for the attempt and still hold something."""
    return [vial for vial in queries.open_rests(attempt) if vial.id in vial_ids]


def waste_rests(rests: Iterable[Vial], *, witness: Actor | None = None, at: datetime, by: Actor) -> None:
    """Discard what is left in them, as a part of the act that ends the bench work."""
    for vial in rests:
        stock.waste_vial(vial, reason="left_over", witness=witness, is_part=True, at=at, by=by)


def terms_of(until: BeyondUse) -> list[dict[str, str]]:
    """Every term of a beyond-use date, as the page explains it later."""
    terms = [
        {"name": t.name, "at": t.at.isoformat(), "formula": t.formula, "source": t.source}
        for t in until.terms
    ]
    return terms + [{"name": note, "at": "", "formula": "", "source": ""} for note in until.notes]


def content_hash(attempt: Attempt) -> str:
    """What a signature on an attempt is bound to: what was drawn, from which lots, until when it may be
    used.
    """
    draws = [[d.lot_id, d.vial_id, d.volume, d.quantity] for d in queries.draws(attempt.id)]
    return inputs_hash(attempt.revision_id, attempt.number, draws, str(attempt.beyond_use_at))


def content_words(attempt: Attempt) -> dict[str, Any]:
    """What stood before whoever signs an attempt: each draw with its lot, the whole, until when it may be
    used.
    """
    drawn = [(queries.lot(d.lot_id), d) for d in queries.draws(attempt.id)]
    return {
        "draws": [
            f"{show(lot.quantity(d.quantity))} of {lot.product.name}, lot {lot.number}" for lot, d in drawn
        ],
        "total": show(Quantity(attempt.total or 0, VOLUME)),
        "until": attempt.beyond_use_at.isoformat() if attempt.beyond_use_at else "",
        "limit": attempt.beyond_use_limit,
    }
