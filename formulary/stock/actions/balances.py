"""The only writer of balances: rows are taken in id order, and a draw succeeds only where enough lies."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from formulary.db import db
from formulary.stock.actions.entries import Entry, Key
from formulary.stock.labels import refusals
from formulary.stock.models import Balance

INSERTS: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
UNSEEN = {"synchronize_session": False}
"""Balances are never read as objects, so no session has one to bring up to date."""


@dataclass(frozen=True)
class Locked:
    """A balance row that this act has taken: its key and what it holds."""

    id: int
    quantity: int


def lock(keys: Iterable[Key | None]) -> dict[Key, Locked]:
    """Take the balance rows in id order until the act ends, making those that are not there yet."""
    wanted = {key for key in keys if key is not None}
    rows = _taken(wanted)
    missing = wanted - rows.keys()
    if not missing:
        return rows
    insert = INSERTS[db.session.get_bind().dialect.name]
    new = [
        {"place_id": p, "lot_id": lot, "vial_id": v, "quantity": 0} for p, lot, v in sorted(missing, key=str)
    ]
    db.session.execute(insert(Balance).values(new).on_conflict_do_nothing())
    return _taken(wanted)


def draw(entry: Entry, balance_id: int) -> int:
    """Take the entry's quantity from a balance only if it holds as much; what is left in it."""
    taken = db.update(Balance).where(Balance.id == balance_id, Balance.quantity >= entry.quantity)
    taken = taken.values(quantity=Balance.quantity - entry.quantity).returning(Balance.quantity)
    left: int | None = db.session.execute(taken, execution_options=UNSEEN).scalar_one_or_none()
    if left is None:
        there = db.session.scalar(db.select(Balance.quantity).filter_by(id=balance_id)) or 0
        amounts = {"there": entry.lot.quantity(there), "needed": entry.lot.quantity(entry.quantity)}
        raise refusals.short(entry.lot, entry.vial, entry.source, **amounts)
    return left


def fill(entry: Entry, balance_id: int) -> None:
    """Add the entry's quantity to a balance."""
    filled = db.update(Balance).where(Balance.id == balance_id)
    filled = filled.values(quantity=Balance.quantity + entry.quantity)
    db.session.execute(filled, execution_options=UNSEEN)


def _taken(wanted: set[Key]) -> dict[Key, Locked]:
    if not wanted:
        return {}
    columns = (Balance.place_id, Balance.lot_id, Balance.vial_id, Balance.id, Balance.quantity)
    query = db.select(*columns).where(db.or_(*map(_is, wanted))).order_by(Balance.id).with_for_update()
    return {(p, lot, v): Locked(number, held) for p, lot, v, number, held in db.session.execute(query)}


def _is(key: Key) -> Any:
    place_id, lot_id, vial_id = key
    same_vial = Balance.vial_id.is_(None) if vial_id is None else Balance.vial_id == vial_id
    return db.and_(Balance.place_id == place_id, Balance.lot_id == lot_id, same_vial)
