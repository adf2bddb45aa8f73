"""The proof of the ledger: every hash again, every row in an entry, every balance the sum of its movements.

Sums, hashes and comparisons are made where the rows lie, and only what does not hold is read: a ledger of any
length fits. That every lot's sheet adds up follows from the balances and from each movement having two ends.
"""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Integer, Select, Text, column, literal, true, type_coerce
from sqlalchemy.dialects.postgresql import JSONB

from formulary.audit.models import AuditEntry
from formulary.audit.queries import Fault
from formulary.db import db, hashed
from formulary.stock.models import (
    BY_VIAL,
    GUARDED,
    HASH_VERSION,
    HASHED,
    Balance,
    Lot,
    Movement,
    Place,
    Reservation,
)
from formulary.stock.queries.transfer_proof import transfer_faults

_PAIR = r'\[[1-9][0-9]{0,8},"[0-9a-f]+"\]'
PAIRS = rf"^\[{_PAIR}(,{_PAIR})*\]$"
INSTANTS = frozenset({"occurred_at", "recorded_at"})


def ledger_faults() -> Iterator[Fault]:
    """Every movement, balance and reservation that does not hold, named; nothing means that all do."""
    for faults in PROOFS.values():
        yield from faults()


def movement_faults() -> Iterator[Fault]:
    """Rows whose hash is not that of their fields, or not the one that their one audit entry holds."""
    altered = db.select(Movement.id).where(hashed.sha256(hashed_text()) != Movement.hash)
    yield from _named(altered, "was altered after it was written")
    yield from _coverage_faults()


def _coverage_faults() -> Iterator[Fault]:
    """One pass where all is well; only then are the odd ones looked for, each kind by itself."""
    pairs, count = _pairs(), db.func.count
    joined = db.select(pairs.c.movement_id).outerjoin(Movement, Movement.id == pairs.c.movement_id)
    sums = (
        count(),
        count(db.distinct(pairs.c.movement_id)),
        count(db.case((Movement.hash == pairs.c.hash, 1))),
    )
    named, different, alike = db.session.execute(joined.with_only_columns(*sums)).one()
    if named == different == alike == db.session.scalar(db.select(count(Movement.id))):
        return
    yield from _named(joined.where(Movement.id.is_(None)), "is missing")
    yield from _named(
        joined.where(Movement.hash != pairs.c.hash), "is not the one that its audit entry holds"
    )
    uncovered = db.select(Movement.id).where(Movement.id.not_in(db.select(pairs.c.movement_id)))
    yield from _named(uncovered, "is in no audit entry")
    twice = db.select(pairs.c.movement_id).group_by(pairs.c.movement_id)
    yield from _named(twice.having(count() > 1), "is in two audit entries")


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


def balance_faults() -> Iterator[Fault]:
    """Balances that are not the sum of their movements, and those that are missing or too many."""
    rows = _ends().subquery()
    key = (rows.c.place_id, rows.c.lot_id, rows.c.vial_id)
    sums = db.select(*key, db.func.sum(rows.c.moved).label("moved"), db.func.sum(rows.c.kept).label("kept"))
    sums = sums.group_by(*key).having(db.func.sum(rows.c.moved) != db.func.sum(rows.c.kept)).subquery()
    query = db.select(sums, Balance.id, Place.name, Lot.number).join(Place, Place.id == sums.c.place_id)
    query = query.join(Lot, Lot.id == sums.c.lot_id).outerjoin(Balance, _balance_of(sums))
    for row in db.session.execute(query.order_by(sums.c.place_id, sums.c.lot_id)):
        yield _balance_fault(row)


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
    "hashes of the movements": movement_faults,
    "reversals": reversal_faults,
    "balances": balance_faults,
    "reservations": reservation_faults,
    "transfers": transfer_faults,
}
"""What is proved of the ledger, by name."""


def counted() -> dict[str, int]:
    """How many movements and balances the proof went through."""
    tables = {"movements": Movement, "balances": Balance}
    count = db.func.count
    return {name: db.session.scalar(db.select(count(table.id))) or 0 for name, table in tables.items()}


def hashed_text() -> Any:
    """The text of `models.movement_hash`, as the database puts it together; an absent field is empty."""
    return hashed.joined([db.literal(HASH_VERSION), *map(_text, HASHED)])


def _text(name: str) -> Any:
    column = getattr(Movement, name)
    return hashed.instant(column) if name in INSTANTS else column


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
        yield Fault("movement", f"movement {number}", what)


def _ends() -> Any:
    """Both ends of every movement at a counted place, and what the balances say, to be summed by key."""
    guarded = {place.id: place.kind in BY_VIAL for place in db.session.scalars(_counted_places())}
    per_vial = [number for number, by_vial in guarded.items() if by_vial]
    zero = literal(0)
    balances = db.select(
        Balance.place_id, Balance.lot_id, Balance.vial_id, zero.label("moved"), Balance.quantity.label("kept")
    )
    ends = [
        db.select(
            place.label("place_id"),
            Movement.lot_id,
            db.case((place.in_(per_vial), Movement.vial_id), else_=None).label("vial_id"),
            (sign * Movement.quantity).label("moved"),
            zero.label("kept"),
        ).where(place.in_(list(guarded)))
        for place, sign in ((Movement.to_place_id, 1), (Movement.from_place_id, -1))
    ]
    return db.union_all(*ends, balances)


def _counted_places() -> Select[Any]:
    return db.select(Place).where(Place.kind.in_(GUARDED))


def _balance_of(sums: Any) -> Any:
    same_vial = db.func.coalesce(Balance.vial_id, 0) == db.func.coalesce(sums.c.vial_id, 0)
    return db.and_(Balance.place_id == sums.c.place_id, Balance.lot_id == sums.c.lot_id, same_vial)


def _balance_fault(row: Any) -> Fault:
    name = f"balance {row.id}" if row.id is not None else "a balance that is not there"
    vial = f", vial {row.vial_id}" if row.vial_id is not None else ""
    what = f"says {int(row.kept)} and the ledger {int(row.moved)} (lot {row.number}{vial}, {row.name})"
    return Fault("balance", name, what)
