"""What is kept for somebody: which reservations stand, and what others keep of each source."""

from collections.abc import Collection
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


def standing(at: datetime | BindParameter[datetime]) -> Any:
    """The condition that a reservation still holds at `at`."""
    in_time = db.or_(Reservation.until.is_(None), Reservation.until > at)
    return db.and_(Reservation.ended_at.is_(None), in_time)


KEPT_IN = (Reservation.lot_id, Reservation.place_id, Reservation.vial_id)
RESERVED = (
    db.select(*KEPT_IN, db.func.sum(Reservation.quantity), db.func.min(Reservation.for_ref))
    .where(Reservation.lot_id.in_(bindparam("lots", expanding=True)))
    .where(standing(bindparam("at", type_=UtcDateTime)))
    .where(Reservation.for_ref != bindparam("but_for", type_=String))
    .group_by(*KEPT_IN)
)
