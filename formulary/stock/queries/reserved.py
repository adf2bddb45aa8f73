"""What is kept for somebody: which reservations stand, and what others keep of each source."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, String, bindparam

from formulary.db import UtcDateTime, db, rows_of
from formulary.stock.models import Reservation


@dataclass(frozen=True)
class Kept:
    """What others have reserved of one source, and one of them by name."""

    quantity: int
    ref: str


def reserved_of(
    lots: Collection[int], at: datetime, for_ref: str | None
) -> dict[tuple[int, int, int | None], Kept]:
    """What others than `for_ref` keep of these lots, by lot, place and vial."""
    rows = rows_of(RESERVED, lots=list(lots), at=at, but_for=for_ref or "")
    return {(lot, place, vial): Kept(int(quantity), ref) for lot, place, vial, quantity, ref in rows}


def standing_of(lots: Collection[int], at: datetime) -> Sequence[Any]:
    """Each reservation of these lots that stands, the newest first; an act that asks again asks once."""
    return rows_of(STANDING, lots=sorted(lots), at=at)


def beside(lot_id: int, at: datetime, for_ref: str | None) -> dict[tuple[int, int, int | None], Kept]:
    """What others than `for_ref` keep of one lot: of the rows that the ledger then uses up."""
    found: dict[tuple[int, int, int | None], Kept] = {}
    for row in standing_of([lot_id], at):
        if row.for_ref != (for_ref or ""):
            key = row.lot_id, row.place_id, row.vial_id
            before = found.get(key, Kept(0, row.for_ref))
            found[key] = Kept(before.quantity + row.quantity, min(before.ref, row.for_ref))
    return found


def standing(at: datetime | BindParameter[datetime]) -> Any:
    """The condition that a reservation still holds at `at`."""
    in_time = db.or_(Reservation.until.is_(None), Reservation.until > at)
    return db.and_(Reservation.ended_at.is_(None), in_time)


KEPT_IN = (Reservation.lot_id, Reservation.place_id, Reservation.vial_id)
EVERY = (
    db.select(Reservation.id, *KEPT_IN, Reservation.quantity, Reservation.for_ref, Reservation.until)
    .where(standing(bindparam("at", type_=UtcDateTime)))
    .order_by(Reservation.created_at.desc(), Reservation.id.desc())
)
STANDING = EVERY.where(Reservation.lot_id.in_(bindparam("lots", expanding=True)))
RESERVED = (
    db.select(*KEPT_IN, db.func.sum(Reservation.quantity), db.func.min(Reservation.for_ref))
    .where(Reservation.lot_id.in_(bindparam("lots", expanding=True)))
    .where(standing(bindparam("at", type_=UtcDateTime)))
    .where(Reservation.for_ref != bindparam("but_for", type_=String))
    .group_by(*KEPT_IN)
)
