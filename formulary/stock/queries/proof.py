"""The proof of the ledger: every hash again, every row in an entry, every balance the sum of its movements.

Only columns are read, a stretch at a time, and sums are made by the database, so that a ledger of any length
fits. That every lot's sheet adds up follows from the balances and from each movement having two ends.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, Text, literal, type_coerce

from formulary.audit.queries import Fault, movements_of_entries
from formulary.db import db
from formulary.stock.models import BY_VIAL, GUARDED, HASH_VERSION, HASHED, Balance, Lot, Movement, Place

STRETCH = 20_000
INSTANTS = frozenset({"occurred_at", "recorded_at"})


def ledger_faults() -> Iterator[Fault]:
    """Every movement and balance that does not hold, named; nothing means that all of them do."""
    yield from movement_faults()
    yield from reversal_faults()
    yield from balance_faults()


def movement_faults() -> Iterator[Fault]:
    """Rows whose hash is not that of their fields, or not the one that their audit entry holds."""
    named, waiting, early = _named(), dict[int, str](), dict[int, str]()
    for number, stored, text in _hashed_rows():
        if hashlib.sha256(text.encode()).hexdigest() != stored:
            yield Fault("movement", f"movement {number}", "was altered after it was written")
        waiting[number] = stored
        if pair := next(named, None):
            early[pair[0]] = pair[1]
            yield from _matched(pair[0], waiting, early)
        yield from _matched(number, waiting, early)
    for number, held in named:
        early[number] = held
        yield from _matched(number, waiting, early)
    for number in waiting:
        yield Fault("movement", f"movement {number}", "is in no audit entry")
    for number in early:
        yield Fault("movement", f"movement {number}", "is missing, or is in two audit entries")


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
    for number in db.session.scalars(query.where(db.not_(opposite)).order_by(Movement.id)):
        yield Fault("movement", f"movement {number}", "is not the opposite of the row that it undoes")


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


def counted() -> dict[str, int]:
    """How many movements and balances the proof went through."""
    tables = {"movements": Movement, "balances": Balance}
    count = db.func.count
    return {name: db.session.scalar(db.select(count(table.id))) or 0 for name, table in tables.items()}


def _matched(number: int, waiting: dict[int, str], early: dict[int, str]) -> Iterator[Fault]:
    if number not in waiting or number not in early:
        return
    if waiting.pop(number) != early.pop(number):
        yield Fault("movement", f"movement {number}", "is not the one that its audit entry holds")


def _named() -> Iterator[tuple[int, str]]:
    return ((number, held) for _, pairs in movements_of_entries() for number, held in pairs)  # type: ignore[misc]


def _hashed_rows() -> Iterator[tuple[int, str, str]]:
    """Key, stored hash and the text that was hashed, as the database puts it together."""
    last, text = 0, hashed_text()
    while True:
        query = db.select(Movement.id, Movement.hash, text).where(Movement.id > last).order_by(Movement.id)
        rows = db.session.execute(query.limit(STRETCH)).all()
        if not rows:
            return
        yield from rows  # type: ignore[misc]
        last = rows[-1][0]


def hashed_text() -> Any:
    """The text of `models.movement_hash`, in SQL."""
    whole: Any = literal(HASH_VERSION)
    for name in HASHED:
        whole = whole + "|" + db.func.coalesce(_text(name), "")
    return whole


def _text(name: str) -> Any:
    column = getattr(Movement, name)
    if name not in INSTANTS:
        return db.cast(column, Text)
    if db.session.get_bind().dialect.name == "sqlite":
        return type_coerce(column, Text)
    return db.func.to_char(db.func.timezone("UTC", column), "YYYY-MM-DD HH24:MI:SS.US")


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
