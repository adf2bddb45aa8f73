"""The only writer of balances: rows are taken in id order, and a draw succeeds only where enough lies."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from sqlalchemy import Integer, bindparam
from sqlalchemy.dialects import postgresql, sqlite

from formulary.db import Misuse, Steps, db, look_again
from formulary.db.bare import plain_rows, put
from formulary.rules.findings import Refused
from formulary.stock.actions.entries import Entry, Key
from formulary.stock.labels import refusals
from formulary.stock.models import Balance

INSERTS: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
TABLE: Any = Balance.__table__
"""Balances are never read as objects, so no session has one to bring up to date."""
HELD = (TABLE.c.place_id, TABLE.c.lot_id, TABLE.c.vial_id, TABLE.c.id, TABLE.c.quantity)
MADE = {name: insert(TABLE).on_conflict_do_nothing().returning(*HELD) for name, insert in INSERTS.items()}
STEPS = bindparam("steps", type_=Steps)
SOURCE, TARGET = (bindparam(name, type_=Integer) for name in ("source", "target"))
ENOUGH, LIES = TABLE.c.quantity >= STEPS, TABLE.alias("lies")
HOLDS_IT = db.exists().where(LIES.c.id == SOURCE, LIES.c.quantity >= STEPS)
LESS, MORE = TABLE.c.quantity - STEPS, TABLE.c.quantity + STEPS
MOVED = {
    ("source",): db.update(TABLE).where(TABLE.c.id == SOURCE, ENOUGH).values(quantity=LESS),
    ("target",): db.update(TABLE).where(TABLE.c.id == TARGET).values(quantity=MORE),
    ("source", "target"): db.update(TABLE)
    .where(TABLE.c.id.in_([SOURCE, TARGET]), HOLDS_IT)
    .values(quantity=db.case((TABLE.c.id == SOURCE, LESS), else_=MORE)),
}
MOVED = {ends: change.returning(TABLE.c.id, TABLE.c.quantity) for ends, change in MOVED.items()}
"""Made once, by the ends of a movement that have a balance: where too little lies, nothing is changed."""


@dataclass(frozen=True)
class Locked:
    """A balance row that this act has taken: its key and what it holds."""

    id: int
    quantity: int


def lock(keys: Iterable[Key | None]) -> dict[Key, Locked]:
    """Take the balance rows in id order until the act ends, making those that are not there yet.

    What is made is the act's own, and comes after all that was there; where another makes the same, it is
    waited for and all are taken again. What the act has taken already it knows: nobody else changes it.
    Raises Misuse outside an act: a lock ends with it.
    """
    wanted, own = {key for key in keys if key is not None}, _own()
    if not wanted or not wanted <= own.keys():
        look_again(db.session())
        own |= _taken(wanted - own.keys())
        for key in sorted(wanted - own.keys(), key=str):
            own |= _made(key)
        own |= _taken(wanted - own.keys())
    return {key: own[key] for key in wanted}


def _own() -> dict[Key, Locked]:
    """The rows that the act under way has taken, as it has left them; they are written here alone."""
    found: dict[Key, Locked] | None = db.session.info.get("locked")
    if found is None:
        raise Misuse("lock() outside transaction()")
    return found


def move(entry: Entry) -> int | None:
    """Move the entry's quantity between its locked balances, only where the source holds as much.

    What is left there; None where the source is only a sum.
    """
    own, (drawn_on, added_to) = _own(), entry.keys
    ends = {name: own[key] for name, key in (("source", drawn_on), ("target", added_to)) if key}
    told = {name: row.id for name, row in ends.items()} | {"steps": entry.quantity}
    changed = put(Balance, MOVED[tuple(ends)], told) if ends else []
    if drawn_on and not changed:
        raise _short(entry, own[drawn_on])
    quantities = {number: int(quantity) for number, quantity in changed}
    for key in filter(None, entry.keys):
        own[key] = replace(own[key], quantity=quantities[own[key].id])
    return own[drawn_on].quantity if drawn_on else None


def _short(entry: Entry, row: Locked) -> Refused:
    there = db.session.scalar(db.select(Balance.quantity).filter_by(id=row.id)) or 0
    amounts = {"there": entry.lot.quantity(there), "needed": entry.lot.quantity(entry.quantity)}
    return refusals.short(entry.lot, entry.vial, entry.source, **amounts)


def _made(key: Key) -> dict[Key, Locked]:
    """A row for what never lay there; nothing where another makes it at this moment."""
    place_id, lot_id, vial_id = key
    told = {"place_id": place_id, "lot_id": lot_id, "vial_id": vial_id, "quantity": 0}
    return _by_key(put(Balance, MADE[db.session.get_bind().dialect.name], told))


def _taken(wanted: set[Key]) -> dict[Key, Locked]:
    if not wanted:
        return {}
    keys = sorted(wanted, key=str)
    query = _locking(tuple(vial_id is None for _, _, vial_id in keys))
    return _by_key(plain_rows(query, named(keys)))


def _by_key(rows: Iterable[Any]) -> dict[Key, Locked]:
    return {(place, lot, vial): Locked(number, held) for place, lot, vial, number, held in rows}


@cache
def _locking(sealed: tuple[bool, ...]) -> Any:
    return db.select(*HELD).where(one_of_keys(TABLE.c, sealed)).order_by(TABLE.c.id).with_for_update()


def one_of_keys(rows: Any, sealed: tuple[bool, ...]) -> Any:
    """The condition that a row is of one of so many sources, each sealed or of a vial; see `named`."""
    return db.or_(*(_is(rows, number, is_sealed) for number, is_sealed in enumerate(sealed)))


def named(keys: Iterable[Key]) -> dict[str, int]:
    """The parameters of these keys, in the order in which the condition was made."""
    told = {}
    for number, (place_id, lot_id, vial_id) in enumerate(keys):
        told |= {f"place{number}": place_id, f"lot{number}": lot_id}
        told |= {} if vial_id is None else {f"vial{number}": vial_id}
    return told


def _is(rows: Any, number: int, is_sealed: bool) -> Any:
    place, lot, vial = (bindparam(f"{word}{number}", type_=Integer) for word in ("place", "lot", "vial"))
    same_vial = rows.vial_id.is_(None) if is_sealed else rows.vial_id == vial
    return db.and_(rows.place_id == place, rows.lot_id == lot, same_vial)
