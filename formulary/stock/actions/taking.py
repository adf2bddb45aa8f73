"""Taking from an open vial: each lot in it gives its share, and the last take gives all that is left."""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from formulary.accounts import Actor
from formulary.db import db
from formulary.rules.findings import refuse
from formulary.rules.units import VOLUME, Quantity, Rounding, round_fraction
from formulary.stock import facts, labels, queries
from formulary.stock.actions.ledger import Document, Entry, lock, write
from formulary.stock.actions.vials import where_is
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
    """Take a volume from an open vial to `target`: the ingredient and, of a reconstituted one, its diluent
    with it.

    Each lot gives its share rounded to one step; the last take gives all that is left, so the sums are
    exact. The caller's audit entry carries the movements. Refuses more than is left, and everything that
    `facts.allow` refuses; `already_happened` records it all the same, as far as the vial holds it.
    """
    wanted = steps_of(volume, "volume")
    place = where_is(vial)
    entries = shares(vial, place, target, wanted, reason, document, occurred_at or at)
    use = facts.Use(vial.lot, vial, place, target, entries[0].quantity, for_patient, for_ref)
    movements = write(entries, at=at, by=by, use=None if already_happened else use)
    return [_taken(entry, movement) for entry, movement in zip(entries, movements, strict=True)]


def steps_of(volume: Quantity, field: str) -> int:
    """A volume in nL; refuses nothing, less than nothing, and what is finer than a step."""
    if volume.dimension != VOLUME:
        raise refuse(
            "quantity.not_a_volume", field, "A volume is needed here.", "Give it in mL.", field=field
        )
    if volume.steps <= 0:
        raise refuse(
            "quantity.not_positive", field, "Nothing would move.", "Give a volume above 0 mL.", field=field
        )
    if volume.steps.denominator != 1:
        raise refuse("quantity.too_fine", field, "It is finer than 0.000001 mL.", "Round it.", field=field)
    return volume.whole()


def shares(
    vial: Vial, place: Place, target: Place, wanted: int, reason: str, document: Document, when: datetime
) -> list[Entry]:
    """The rows that a take of `wanted` nL writes: one for the ingredient, one for the diluent of a
    reconstituted vial.
    """
    if vial.mixed_volume is None:
        return [Entry(vial.lot, vial, place, target, _plain_volume(vial, wanted), reason, document, when)]
    lots = [vial.lot, *([lot_row(vial.diluent_lot_id)] if vial.diluent_lot_id else [])]
    drafts = [Entry(lot, vial, place, target, 1, reason, document, when) for lot in lots]
    rows = lock(key for draft in drafts for key in draft.keys)
    left = queries.mixture_left([vial])[vial.id]
    if wanted > left:
        raise labels.short(
            vial.lot, vial, place, there=Quantity(left, VOLUME), needed=Quantity(wanted, VOLUME)
        )
    held = {lot.id: rows[(place.id, lot.id, vial.id)].quantity for lot in lots}
    parts = {lot.id: share(held[lot.id], wanted, left) for lot in lots}
    if parts[vial.lot_id] == 0:
        raise refuse(
            "quantity.too_small", vial.code, "Less than one step of the ingredient would move.", "Take more."
        )
    return [
        Entry(
            lot,
            vial,
            place,
            target,
            parts[lot.id],
            reason,
            document,
            when,
            wanted if lot.id == vial.lot_id else None,
        )
        for lot in lots
        if parts[lot.id]
    ]


def share(held: int, wanted: int, left: int) -> int:
    """The part of what is held that leaves with `wanted` of `left`: to the nearest step, and all of it at
    the last.
    """
    return held if wanted == left else round_fraction(Fraction(held * wanted, left), Rounding.HALF_EVEN)


def _plain_volume(vial: Vial, wanted: int) -> int:
    if vial.lot.product.ledger != "volume":
        reason = f"Vial {vial.code} holds a powder: its diluent has not been recorded."
        raise refuse("vial.not_reconstituted", vial.code, reason, "Record the reconstitution first.")
    return wanted


def _taken(entry: Entry, movement: Movement) -> Taken:
    assert entry.vial is not None  # noqa: S101 - every share names its vial
    via = "direct" if entry.lot.id == entry.vial.lot_id else "diluent"
    return Taken(entry.lot.id, entry.vial.id, movement, entry.quantity, via)


def lot_row(lot_id: int) -> Lot:
    """A lot by its key, which a balance names."""
    return db.session.get_one(Lot, lot_id)
