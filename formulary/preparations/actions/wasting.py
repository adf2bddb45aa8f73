"""Giving a claimed cocktail back, and discarding what was mixed, lot by lot."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from formulary.accounts import Actor
from formulary.audit import record
from formulary.cocktails.actions import move
from formulary.cocktails.actions.reserving import release_reservations
from formulary.db import once
from formulary.preparations import queries
from formulary.preparations.actions.acts import under_way, words
from formulary.preparations.actions.finishing import rests_of, waste_rests
from formulary.preparations.models import Attempt, Draw
from formulary.rules.findings import refuse
from formulary.stock import actions as stock
from formulary.stock import queries as shelf
from formulary.stock.models import Lot, Movement, Vial

LIVE = ("in_preparation", "prepared", "released")
REASONS = {
    "particles": ("Particles or colour", "contaminated"),
    "volume": ("Wrong volume or wrong draw", "not_given"),
    "contaminated": ("Contaminated or dropped", "contaminated"),
    "late": ("Past its beyond-use date", "past_beyond_use"),
    "held": ("A lot in it is on hold", "recalled"),
    "called_off": ("The session was called off", "not_given"),
}
"""Why a preparation is wasted: in words, and as the ledger names it."""


@once
def give_back(attempt_id: int, *, reason: str, at: datetime, by: Actor) -> Attempt:
    """Leave a claimed cocktail to others, before anything was drawn for it."""
    attempt = under_way(attempt_id, by)
    if queries.draws(attempt.id):
        raise refuse(
            "attempt.drawn",
            attempt.cocktail.code,
            f"Something was drawn for {attempt.cocktail.code} already, so it cannot be given back.",
            "Finish it, or waste what was drawn.",
        )
    attempt.state, attempt.ended_reason = "cancelled", reason
    move(attempt.cocktail, "verified", at=at, by=by, reason=reason)
    release_reservations(attempt.cocktail, why="given back", at=at)
    record("preparations.give_back", attempt, by=by, at=at, reason=reason)
    return attempt


@once
def waste(
    attempt_id: int,
    *,
    reason: str,
    again: bool = False,
    waste_rest: Iterable[int] = (),
    witness: Actor | None = None,
    remark: str = "",
    at: datetime,
    by: Actor,
) -> Attempt:
    """Discard what was mixed: every lot in it goes to waste. `again` leaves the cocktail verified for
    another attempt.

    `reason` is a key of REASONS. Refused for what is given already, `again` for what was released, and
    without a `witness` where a high-alert product was drawn or is in a vial of `waste_rest`, or the site's
    policy asks for one; who works alone says in `remark` what they did and saw.
    """
    attempt = queries.locked(attempt_id, by)
    why, in_ledger = _reason(reason)
    before, drawn = _still_here(attempt, again), queries.draws(attempt.id)
    rests = rests_of(attempt, set(waste_rest))
    watched = _watched(attempt, lots_in(drawn, rests), witness, remark, at=at, by=by)
    if again and before == "prepared":
        move(attempt.cocktail, "in_preparation", at=at, by=by, reason=why)
    move(attempt.cocktail, "verified" if again else "wasted", at=at, by=by, reason=why)
    attempt.state, attempt.ended_reason = "wasted", why
    movements = waste_draws(attempt, drawn, in_ledger, watched=watched, at=at, by=by)
    release_reservations(attempt.cocktail, why="wasted", at=at)
    waste_rests(rests, witness=watched.witness, at=at, by=by)
    old, new = {"state": before}, {"again": again} | _told(watched, remark)
    record("preparations.waste", attempt, by=by, at=at, old=old, new=new, reason=why, movements=movements)
    return attempt


def waste_draws(
    attempt: Attempt, draws: Iterable[Draw], reason: str, *, watched: stock.Watched, at: datetime, by: Actor
) -> list[Movement]:
    """Move all that these draws brought from the preparation to waste; one row per draw."""
    source, target = queries.place(attempt.place_id), shelf.place(attempt.site_id, "waste")
    way = stock.Way(target, reason, ("attempt", attempt.id), at, bin=stock.Bin(None, watched))
    entries = [stock.Entry(queries.lot(draw.lot_id), None, source, draw.quantity, way) for draw in draws]
    return stock.write(entries, at=at, by=by)


def is_high_alert(lots: Iterable[Lot]) -> bool:
    """Whether one of them is of a high-alert product: another person then watches its waste."""
    return any(lot.product.ingredient.high_alert for lot in lots)


def lots_in(draws: Iterable[Draw], rests: Iterable[Vial]) -> list[Lot]:
    """The lots that go to waste with these draws and with what is left in these vials."""
    return [*(queries.lot(draw.lot_id) for draw in draws), *(vial.lot for vial in rests)]


def _watched(
    attempt: Attempt, lots: Sequence[Lot], witness: Actor | None, remark: str, *, at: datetime, by: Actor
) -> stock.Watched:
    """Who watched; nobody is asked where nothing goes to waste."""
    if not lots:
        return stock.Watched(witness)
    told = {"site_id": attempt.site_id, "reason": remark, "is_alert": is_high_alert(lots)}
    return stock.witnessed(witness, **told, by=by, at=at)


def _told(watched: stock.Watched, remark: str) -> dict[str, object]:
    """What the trail keeps of who watched."""
    told: dict[str, object] = {"witness": watched.witness.name} if watched.witness else {}
    return told | ({"self_checked": remark} if watched.self_checked else {})


def _reason(code: str) -> tuple[str, str]:
    if code not in REASONS:
        raise refuse("waste.no_reason", "reason", "No reason was chosen.", "Choose one.", field="reason")
    return REASONS[code]


def _still_here(attempt: Attempt, again: bool) -> str:
    """The state it is wasted from; refused once it is being given, or is gone."""
    code = attempt.cocktail.code
    if attempt.state not in LIVE:
        reason = f"{code}, attempt {attempt.number}, is {words(attempt.state)}. Nothing was wasted."
        raise refuse("attempt.gone", code, reason, "Load the page again to see what became of it.")
    if again and attempt.state == "released":
        reason = f"{code} was released, so it is not simply prepared again."
        remedy = "Waste it, and let the prescriber sign a new cocktail."
        raise refuse("attempt.released", code, reason, remedy, field="again")
    return attempt.state
