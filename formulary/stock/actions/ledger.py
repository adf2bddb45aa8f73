"""The doors to the ledger: one row, its reversal, several rows that belong together."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from formulary.accounts import Actor
from formulary.db import db
from formulary.db.objects import write as write_row
from formulary.stock import facts
from formulary.stock.actions.balances import lock, move
from formulary.stock.actions.bins import take_out_again, throw_in
from formulary.stock.actions.entries import Document, Entry, Way, checked, rows_of
from formulary.stock.actions.keeping import Left, settle_kept
from formulary.stock.actions.settling import settle
from formulary.stock.labels import refusals
from formulary.stock.models import Lot, Movement, Place, Vial


def post(
    *,
    lot: Lot,
    vial: Vial | None = None,
    source: Place,
    target: Place,
    quantity: int,
    reason: str,
    document: Document,
    occurred_at: datetime,
    at: datetime,
    by: Actor,
    remark: str = "",
    for_patient: int | None = None,
    for_ref: str | None = None,
    already_happened: bool = False,
) -> Movement:
    """Write one row of the ledger and move the balances under it; the caller's audit entry carries it.

    Refuses what is not there (`stock.short`, `vial.short`), and what may not be used or moved: held,
    expired, past its beyond-use date, in quarantine. `already_happened` records what was done all the same,
    but never more than there is: that is `record_shortfall`.
    """
    entry = Entry(lot, vial, source, quantity, Way(target, reason, document, occurred_at, remark))
    use = facts.Use(lot, vial, source, target, quantity, for_patient, for_ref)
    return write([entry], at=at, by=by, use=None if already_happened else use)[0]


def reverse(movement: Movement, *, at: datetime, by: Actor, why: str = "") -> Movement:
    """Write the opposite of a row, once; refuses a second time, a reversal, and what has moved on since."""
    if movement.reverses_id is not None:
        raise refusals.is_reversal()
    if db.session.scalar(db.select(Movement.id).filter_by(reverses_id=movement.id)):
        raise refusals.reversed_already()
    stand_still([movement])
    take_out_again(movement)
    return write([_opposite(movement, at, why)], at=at, by=by)[0]


def stand_still(movements: Iterable[Movement]) -> None:
    """Take the balances that the opposites of these rows would move, and read their lots and vials anew.

    Whoever asks afterwards what has moved on since gets an answer that holds until the act ends.
    """
    entries = [_opposite(row, row.recorded_at, "") for row in movements]
    lock(key for entry in entries for key in entry.keys)
    for row in {row: None for entry in entries for row in (entry.lot, entry.vial) if row is not None}:
        db.session.refresh(row)


def _opposite(movement: Movement, at: datetime, why: str) -> Entry:
    ends = (movement.to_place_id, movement.from_place_id)
    source, target = (db.session.get_one(Place, key) for key in ends)
    document = (movement.document_kind, movement.document_id)
    return Entry(
        lot=db.session.get_one(Lot, movement.lot_id),
        vial=None if movement.vial_id is None else db.session.get_one(Vial, movement.vial_id),
        source=source,
        quantity=movement.quantity,
        way=Way(target, movement.reason, document, at, why),
        mixture=movement.mixture,
        reverses=movement,
    )


def write(
    entries: Sequence[Entry], *, at: datetime, by: Actor, use: facts.Use | None = None
) -> list[Movement]:
    """Write rows that belong together: their balances locked first, then the use checked, then moved.

    What the use's act kept of a source is used up by it; what others kept never exceeds what is left.
    """
    for entry in entries:
        checked(entry)
    lock(key for entry in entries for key in entry.keys)
    if use is not None:
        facts.allow(use, at)
    written, movements = [], rows_of(entries, at, by)
    for entry, movement in zip(entries, movements, strict=True):
        left = move(entry)
        written += [] if left is None else [Left(entry, left, movement)]
        settle(entry, left)
    for movement in movements:
        write_row(movement)
    settle_kept(written, use.for_ref if use else None, at)
    throw_in(entries, movements, at)
    return movements
