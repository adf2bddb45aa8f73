"""The proof of the ledger: every hash again, every row in an entry, every balance the sum of its movements.

One walk from the first row to the last, some thousands at a time, takes every hash again and keeps the sum of
each balance that is not zero: a ledger of any length fits. Only what does not hold is looked at more closely.
That every lot's sheet adds up follows from the balances and from each movement having two ends.
"""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Integer, Text, column, literal, true, type_coerce
from sqlalchemy.dialects.postgresql import JSONB

from formulary.audit.models import AuditEntry
from formulary.audit.queries import Fault, Tally, named_by_trail
from formulary.db import db, hashed, kinds, streaming
from formulary.db.streaming import Told, Walk, quietly
from formulary.stock.models import (
    BY_VIAL,
    GUARDED,
    HASH_VERSION,
    HASHED,
    SAME_INSTANT,
    Balance,
    Lot,
    Movement,
    Place,
    Reservation,
)
from formulary.stock.queries.running import Key, Running, readable
from formulary.stock.queries.transfer_proof import transfer_faults

_PAIR = r'\[[1-9][0-9]{0,8},"[0-9a-f]+"\]'
PAIRS = rf"^\[{_PAIR}(,{_PAIR})*\]$"


def ledger_faults() -> Iterator[Fault]:
    """Every movement, balance and reservation that does not hold, named; nothing means that all do."""
    seen = Tally()
    yield from movement_faults(seen=seen)
    yield from coverage_faults(seen, named_by_trail())
    for faults in PROOFS.values():
        yield from faults()


def movement_faults(told: Told = quietly, seen: Tally | None = None) -> Iterator[Fault]:
    """Rows whose hash is not that of their fields or that took more than lay there, and every balance that is
    not the sum of its movements. Each row's key and hash are added to `seen`.
    """
    found, running, walk = seen if seen is not None else Tally(), Running(_guarded()), _walk()
    for stretch in walk.stretches(told):
        numbers, held, texts = stretch.columns or walk.one_by_one(stretch)
        found.add(numbers, held)
        if not hashed.all_hold(held, texts):
            for number in hashed.differing(numbers, held, texts):
                yield _fault(int(number), "was altered after it was written")
            numbers, texts = readable(numbers, texts)
        for number in running.move(numbers, texts):
            yield _fault(int(number), "took more than lay there")
    yield from balance_faults(running.lies(), told)


def coverage_faults(seen: Tally, named: Tally) -> Iterator[Fault]:
    """Rows that are not the ones that their one audit entry holds: each kind is looked for only where what
    was seen of the ledger and what the trail names of it differ.
    """
    if seen == named:
        return
    pairs = _pairs()
    joined = db.select(pairs.c.movement_id).outerjoin(Movement, Movement.id == pairs.c.movement_id)
    yield from _named(joined.where(Movement.id.is_(None)), "is missing")
    yield from _named(
        joined.where(Movement.hash != pairs.c.hash), "is not the one that its audit entry holds"
    )
    uncovered = db.select(Movement.id).outerjoin(pairs, pairs.c.movement_id == Movement.id)
    yield from _named(uncovered.where(pairs.c.movement_id.is_(None)), "is in no audit entry")
    twice = db.select(pairs.c.movement_id).group_by(pairs.c.movement_id)
    yield from _named(twice.having(db.func.count() > 1), "is in two audit entries")


def reversal_faults() -> Iterator[Fault]:
    """Reversals that are not the exact opposite of what they undo."""
    original = Movement.__table__.alias("original")
    opposite = db.and_(
        original.c.lot_id == Movement.lot_id,
        original.c.quantity == Movement.quantity,
        original.c.from_place_id == Movement.to_place_id,
        original.c.to_place_id == Movement.from_place_id,
        db.func.coalesce(original.c.vial_id, 0) == db.func.coalesce(Movement.vial_id, 0),
    )
    query = db.select(Movement.id).join(original, original.c.id == Movement.reverses_id)
    yield from _named(query.where(db.not_(opposite)), "is not the opposite of the row that it undoes")


def balance_faults(lies: dict[Key, int], told: Told = quietly) -> Iterator[Fault]:
    """Balances that are not the sum of their movements, and those that are missing or too many."""
    columns = (Balance.id, Balance.place_id, Balance.lot_id, Balance.vial_id, Balance.quantity)
    for rows in streaming.parts(db.select(*columns), told):
        for number, place_id, lot_id, vial_id, quantity in rows:
            moved = lies.pop((place_id, lot_id, vial_id), 0)
            if moved != quantity:
                yield _balance_fault(f"balance {number}", (place_id, lot_id, vial_id), quantity, moved)
    for key, moved in lies.items():
        yield _balance_fault("a balance that is not there", key, 0, moved)


def reservation_faults() -> Iterator[Fault]:
    """Reservations that together are more than the balance they stand on."""
    key = (Reservation.place_id, Reservation.lot_id, Reservation.vial_id)
    standing = db.and_(Reservation.ended_at.is_(None), Reservation.until.is_(None))
    kept = (
        db.select(*key, db.func.sum(Reservation.quantity).label("kept"))
        .where(standing)
        .group_by(*key)
        .subquery()
    )
    lies = db.func.coalesce(Balance.quantity, 0)
    query = db.select(kept, lies.label("lies"), Place.name, Lot.number).outerjoin(Balance, _balance_of(kept))
    query = query.join(Place, Place.id == kept.c.place_id).join(Lot, Lot.id == kept.c.lot_id)
    for row in db.session.execute(query.where(kept.c.kept > lies).order_by(kept.c.place_id, kept.c.lot_id)):
        vial = f", vial {row.vial_id}" if row.vial_id is not None else ""
        what = f"are {int(row.kept)} and {int(row.lies)} lies there (lot {row.number}{vial}, {row.name})"
        yield Fault("reservation", "reservations", what)


PROOFS: dict[str, Callable[[], Iterator[Fault]]] = {
    "reversals": reversal_faults,
    "reservations": reservation_faults,
    "transfers": transfer_faults,
}
"""What is proved of the ledger besides its rows, by name."""


def counted() -> dict[str, int]:
    """How many movements and balances the proof went through."""
    tables = {"movements": Movement, "balances": Balance}
    count = db.func.count
    return {name: db.session.scalar(db.select(count(table.id))) or 0 for name, table in tables.items()}


def hashed_text() -> Any:
    """The text of `models.movement_hash`, as the database puts it together; an absent field is empty."""
    return hashed.joined(_hashed())


def _hashed() -> list[Any]:
    return [kinds.vouched(HASH_VERSION, Movement), *map(_text, HASHED)]


def _text(name: str) -> Any:
    column = getattr(Movement, name)
    if name == "occurred_at":
        return hashed.instant(column)
    return _recorded() if name == "recorded_at" else column


def _recorded() -> Any:
    """The instant of a record, or SAME_INSTANT: whatever else stands there reads like neither."""
    is_later = Movement.recorded_at.is_distinct_from(Movement.occurred_at)
    return db.case((is_later, hashed.instant(Movement.recorded_at)), else_=literal(SAME_INSTANT))


def _pairs() -> Any:
    """Every movement that an audit entry names, with the hash that it holds, one row each.

    An entry whose list is no list of pairs names nothing: the proof of the trail tells of it.
    """
    listed = type_coerce(AuditEntry.movements, Text)
    each, number, held = _on_lite(listed) if hashed.on_sqlite() else _on_postgresql(listed)
    query = db.select(number.label("movement_id"), held.label("hash")).select_from(AuditEntry)
    return query.join(each, true()).where(listed != "[]", number.is_not(None)).subquery()


def _on_lite(listed: Any) -> tuple[Any, Any, Any]:
    sound = db.case((db.func.json_valid(listed) == 1, listed), else_="[]")
    each = db.func.json_each(sound).table_valued("value", "type")
    is_pair = each.c.type == "array"
    number, held = (db.case((is_pair, db.func.json_extract(each.c.value, p))) for p in ("$[0]", "$[1]"))
    return each, number, held


def _on_postgresql(listed: Any) -> tuple[Any, Any, Any]:
    sound = db.case((listed.op("~")(PAIRS), listed), else_="[]")
    each = db.func.jsonb_array_elements(db.cast(sound, JSONB)).table_valued(column("value", JSONB))
    return each, db.cast(each.c.value[0].astext, Integer), each.c.value[1].astext


def _named(query: Any, what: str) -> Iterator[Fault]:
    for number in db.session.scalars(query.order_by(query.selected_columns[0])):
        yield _fault(number, what)


def _walk() -> Walk:
    """Every row in order: its key, its hash, and what is hashed, which tells what it moved too."""
    return Walk(Movement.id, (Movement.id, Movement.hash, _hashed()))


def _guarded() -> dict[bytes, bool]:
    """The places whose balances are kept, as the hashed text names them, and whether by vial."""
    places = db.select(Place.id, Place.kind).where(Place.kind.in_(GUARDED))
    return {b"%d" % number: kind in BY_VIAL for number, kind in db.session.execute(places)}


def _balance_of(sums: Any) -> Any:
    same_vial = db.func.coalesce(Balance.vial_id, 0) == db.func.coalesce(sums.c.vial_id, 0)
    return db.and_(Balance.place_id == sums.c.place_id, Balance.lot_id == sums.c.lot_id, same_vial)


def _fault(number: int, what: str) -> Fault:
    return Fault("movement", f"movement {number}", what)


def _balance_fault(name: str, key: Key, kept: int, moved: int) -> Fault:
    place_id, lot_id, vial_id = key
    place = db.session.scalar(db.select(Place.name).filter_by(id=place_id))
    number = db.session.scalar(db.select(Lot.number).filter_by(id=lot_id))
    vial = f", vial {vial_id}" if vial_id is not None else ""
    return Fault("balance", name, f"says {kept} and the ledger {moved} (lot {number}{vial}, {place})")
