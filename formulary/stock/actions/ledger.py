"""The only writer of movements and balances: guarded, in id order, each row hashed, nothing ever changed."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite

from formulary.accounts import Actor
from formulary.db import db
from formulary.rules.findings import refuse
from formulary.stock import facts, labels
from formulary.stock.models import BY_VIAL, GUARDED, Balance, Lot, Movement, Place, Vial, movement_hash

WORD = re.compile(r"[a-z_]{1,40}")
INSERTS = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
Document = tuple[str, int | None]
Key = tuple[int, int, int | None]


@dataclass(frozen=True)
class Entry:
    """One row about to be written: what leaves where, in the lot's steps."""

    lot: Lot
    vial: Vial | None
    source: Place
    target: Place
    quantity: int
    reason: str
    document: Document
    occurred_at: datetime
    mixture: int | None = None
    reverses: Movement | None = None
    remark: str = ""

    @property
    def keys(self) -> tuple[Key | None, Key | None]:
        """The balance it draws on and the one it adds to; None at a place that is only a sum."""
        return self._key(self.source), self._key(self.target)

    def _key(self, place: Place) -> Key | None:
        if place.kind not in GUARDED:
            return None
        return place.id, self.lot.id, self.vial.id if self.vial and place.kind in BY_VIAL else None


@dataclass(frozen=True)
class Locked:
    """A balance row that this act has taken: its key and what it holds."""

    id: int
    quantity: int


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
    expired, past its beyond-use date, in quarantine. `already_happened` records what was done all the same
    (never more than there is: that is `record_shortfall`).
    """
    entry = Entry(lot, vial, source, target, quantity, reason, document, occurred_at, remark=remark)
    use = facts.Use(lot, vial, source, target, quantity, for_patient, for_ref)
    return write([entry], at=at, by=by, use=None if already_happened else use)[0]


def reverse(movement: Movement, *, at: datetime, by: Actor, why: str = "") -> Movement:
    """Write the opposite of a row, once; refuses a second time, a reversal, and what has moved on since."""
    if movement.reverses_id is not None:
        raise refuse(
            "movement.is_reversal", "this movement", "It undoes another one.", "Record what happened instead."
        )
    if db.session.scalar(db.select(Movement.id).filter_by(reverses_id=movement.id)):
        raise refuse(
            "movement.reversed_already", "this movement", "It was undone already.", "Load the page again."
        )
    entry = Entry(
        lot=db.session.get_one(Lot, movement.lot_id),
        vial=db.session.get(Vial, movement.vial_id) if movement.vial_id else None,
        source=db.session.get_one(Place, movement.to_place_id),
        target=db.session.get_one(Place, movement.from_place_id),
        quantity=movement.quantity,
        reason=movement.reason,
        document=(movement.document_kind, movement.document_id),
        occurred_at=at,
        mixture=movement.mixture,
        reverses=movement,
        remark=why,
    )
    return write([entry], at=at, by=by)[0]


def write(
    entries: Sequence[Entry], *, at: datetime, by: Actor, use: facts.Use | None = None
) -> list[Movement]:
    """Write rows that belong together: all balances locked first, then the use checked, then moved one by
    one.
    """
    for entry in entries:
        _sound(entry)
    rows = lock(key for entry in entries for key in entry.keys)
    if use is not None:
        facts.allow(use, at)
    movements = [_write_one(entry, rows, at, by) for entry in entries]
    db.session.flush()
    return movements


def lock(keys: Iterable[Key | None]) -> dict[Key, Locked]:
    """Take the balance rows in id order until the act ends, making those that are not there yet."""
    wanted = {key for key in keys if key is not None}
    rows = _locked(wanted)
    missing = wanted - rows.keys()
    if not missing:
        return rows
    insert = INSERTS[db.session.get_bind().dialect.name]
    new = [
        {"place_id": p, "lot_id": lot, "vial_id": v, "quantity": 0} for p, lot, v in sorted(missing, key=str)
    ]
    db.session.execute(insert(Balance).values(new).on_conflict_do_nothing())
    return _locked(wanted)


def _locked(wanted: set[Key]) -> dict[Key, Locked]:
    if not wanted:
        return {}
    either = [
        db.and_(
            Balance.place_id == p,
            Balance.lot_id == lot,
            Balance.vial_id.is_(v) if v is None else Balance.vial_id == v,
        )
        for p, lot, v in wanted
    ]
    columns = (Balance.place_id, Balance.lot_id, Balance.vial_id, Balance.id, Balance.quantity)
    query = db.select(*columns).where(db.or_(*either)).order_by(Balance.id).with_for_update()
    return {(p, lot, v): Locked(number, held) for p, lot, v, number, held in db.session.execute(query)}


def _write_one(entry: Entry, rows: dict[Key, Locked], at: datetime, by: Actor) -> Movement:
    drawn_on, added_to = entry.keys
    left = _draw(entry, rows[drawn_on].id, entry.quantity) if drawn_on else None
    if added_to:
        _add(rows[added_to].id, entry.quantity)
    movement = _row(entry, at, by)
    db.session.add(movement)
    _settle(entry, left)
    return movement


def _draw(entry: Entry, balance_id: int, quantity: int) -> int:
    """Take from a balance only if it holds as much; what is left in it."""
    taken = (
        db.update(Balance)
        .where(Balance.id == balance_id, Balance.quantity >= quantity)
        .values(quantity=Balance.quantity - quantity)
        .returning(Balance.quantity)
    )
    left = db.session.execute(taken, execution_options={"synchronize_session": False}).scalar_one_or_none()
    if left is None:
        there = db.session.scalar(db.select(Balance.quantity).filter_by(id=balance_id))
        there_is, needed = entry.lot.quantity(there or 0), entry.lot.quantity(quantity)
        raise labels.short(entry.lot, entry.vial, entry.source, there=there_is, needed=needed)
    return left


def _add(balance_id: int, quantity: int) -> None:
    added = db.update(Balance).where(Balance.id == balance_id).values(quantity=Balance.quantity + quantity)
    db.session.execute(added, execution_options={"synchronize_session": False})


def _row(entry: Entry, at: datetime, by: Actor) -> Movement:
    kind, number = entry.document
    movement = Movement(
        lot_id=entry.lot.id,
        vial_id=entry.vial.id if entry.vial else None,
        from_place_id=entry.source.id,
        to_place_id=entry.target.id,
        quantity=entry.quantity,
        reason=entry.reason,
        document_kind=kind,
        document_id=number,
        occurred_at=entry.occurred_at,
        recorded_at=at,
        by_id=by.person_id,
        reverses_id=entry.reverses.id if entry.reverses else None,
        mixture=entry.mixture,
        remark=entry.remark[:200],
    )
    movement.hash = movement_hash(movement)
    return movement


ENDS = {"waste": "wasted", "destroyed": "wasted", "returned": "returned", "storage": "sealed"}


def _settle(entry: Entry, left: int | None) -> None:
    """Let the vial and the lot say what their balances now say."""
    vial = entry.vial
    if vial is not None and entry.lot.id == vial.lot_id:
        if entry.target.kind in BY_VIAL and vial.state in {"empty", "wasted", "returned"}:
            vial.state = "open"
        elif entry.source.kind in BY_VIAL and left == 0 and entry.target.kind not in BY_VIAL:
            vial.state = ENDS.get(entry.target.kind, "empty")
    if left == 0 and entry.target.kind not in GUARDED:
        _set_status(entry.lot, "available", "exhausted", when=not _holds_any(entry.lot))
    if entry.target.kind in GUARDED:
        _set_status(entry.lot, "exhausted", "available", when=True)


def _holds_any(lot: Lot) -> bool:
    return (
        db.session.scalar(
            db.select(Balance.id).where(Balance.lot_id == lot.id, Balance.quantity > 0).limit(1)
        )
        is not None
    )


def _set_status(lot: Lot, old: str, new: str, *, when: bool) -> None:
    if when and lot.status == old:
        lot.status = new


def _sound(entry: Entry) -> None:
    """Refuse what no ledger may hold; faults of ours raise ValueError."""
    if type(entry.quantity) is not int:
        raise ValueError(f"A movement is a whole number of steps, not {entry.quantity!r}")
    if entry.quantity <= 0:
        raise refuse(
            "quantity.not_positive", entry.lot.number, "Nothing would move.", "Give a quantity above 0."
        )
    if entry.source.id == entry.target.id:
        raise refuse("place.same", entry.source.name, "It lies there already.", "Choose another place.")
    if entry.source.site_id != entry.target.site_id:
        raise ValueError(f"{entry.source} and {entry.target} are of two sites")
    for word in (entry.reason, entry.document[0]):
        if not WORD.fullmatch(word):
            raise ValueError(f"{word!r} is not a word of the ledger")
