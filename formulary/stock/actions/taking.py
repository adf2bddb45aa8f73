"""Taking from an open vial: each lot in it gives its share, and the last take gives all that is left."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from formulary.accounts import Actor
from formulary.db import db
from formulary.rules.units import VOLUME, Quantity, Rounding, round_fraction
from formulary.stock import facts, queries
from formulary.stock.actions.balances import lock
from formulary.stock.actions.entries import Document, Entry, Way
from formulary.stock.actions.ledger import write
from formulary.stock.actions.vials import serve, standing
from formulary.stock.labels import refusals
from formulary.stock.models import Lot, Movement, Place, Vial


@dataclass(frozen=True)
class Taken:
    """What one lot gave to a take: `quantity` in the lot's steps, `via` is "direct" or "diluent"."""

    lot_id: int
    vial_id: int
    movement: Movement
    quantity: int
    via: str


def take(
    vial: Vial,
    volume: Quantity,
    *,
    target: Place,
    reason: str,
    document: Document,
    at: datetime,
    by: Actor,
    for_patient: int | None = None,
    for_ref: str | None = None,
    occurred_at: datetime | None = None,
    already_happened: bool = False,
) -> list[Taken]:
    """Take a volume from an open vial: its ingredient and, where it was reconstituted, its diluent with it.

    Each lot gives its share rounded to one step; the last take gives all that is left, so the sums are
    exact. A container for one patient that was opened for nobody is that patient's from its first draw, and
    what is discarded belongs to the act of its first draw. The caller's audit entry carries the movements.
    Refuses more than is left, and everything that `facts.allow` refuses; `already_happened` records it all
    the same, as far as the vial holds it.
    """
    lies = queries.lying_in(vial)
    source = standing(vial, lies)
    entries = shares(vial, source, volume, Way(target, reason, document, occurred_at or at))
    use = facts.Use(vial.lot, vial, source, target, entries[0].quantity, for_patient, for_ref)
    is_first = sum(one.quantity for one in lies) == vial.lot.product.content
    movements = write(entries, at=at, by=by, use=None if already_happened else use)
    serve(vial, for_patient=for_patient, for_ref=for_ref, is_first=is_first)
    return [_taken(vial, movement) for movement in movements]


def shares(vial: Vial, source: Place, volume: Quantity, way: Way) -> list[Entry]:
    """What a take writes: a row for the ingredient, and one for the diluent of a reconstituted vial."""
    wanted = steps_of(volume, "volume")
    if vial.mixed_volume is not None:
        return _mixed_shares(vial, source, wanted, way)
    if vial.lot.product.ledger != "volume":
        raise refusals.not_reconstituted(vial)
    return [Entry(vial.lot, vial, source, wanted, way)]


def share(held: int, wanted: int, left: int) -> int:
    """What leaves of `held` with `wanted` of `left`: to the nearest step, and at the last all of it."""
    return held if wanted == left else round_fraction(Fraction(held * wanted, left), Rounding.HALF_EVEN)


def steps_of(volume: Quantity, field: str) -> int:
    """A volume in nL; refuses nothing, less than nothing, and what is finer than a step."""
    if volume.dimension != VOLUME:
        raise refusals.not_a_volume(field)
    if volume.steps <= 0:
        raise refusals.nothing_moves(field, field)
    if volume.steps.denominator != 1:
        raise refusals.too_fine(field)
    return volume.whole()


def lot_row(lot_id: int) -> Lot:
    """A lot by its key, which a balance names."""
    return db.session.get_one(Lot, lot_id)


def _mixed_shares(vial: Vial, source: Place, wanted: int, way: Way) -> list[Entry]:
    lots = [vial.lot, *([lot_row(vial.diluent_lot_id)] if vial.diluent_lot_id else [])]
    drafts = [Entry(lot, vial, source, 1, way) for lot in lots]
    rows = lock(key for draft in drafts for key in draft.keys)
    left = queries.mixture_left([vial])[vial.id]
    if wanted > left:
        amounts = {"there": Quantity(left, VOLUME), "needed": Quantity(wanted, VOLUME)}
        raise refusals.short(vial.lot, vial, source, **amounts)
    held = [rows[(source.id, lot.id, vial.id)].quantity for lot in lots]
    ingredient, *diluent = [share(quantity, wanted, left) for quantity in held]
    if ingredient == 0:
        raise refusals.too_small(vial)
    mixed = [Entry(vial.lot, vial, source, ingredient, way, mixture=wanted)]
    return mixed + [
        Entry(lot, vial, source, part, way) for lot, part in zip(lots[1:], diluent, strict=True) if part
    ]


def _taken(vial: Vial, movement: Movement) -> Taken:
    via = "direct" if movement.lot_id == vial.lot_id else "diluent"
    return Taken(movement.lot_id, vial.id, movement, movement.quantity, via)
