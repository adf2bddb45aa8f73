"""Holds: a stop on a lot, a vial, a place, a product or a delivery, at every site at once."""

from datetime import datetime
from typing import Any

from formulary.accounts import Actor
from formulary.accounts.actions import next_code
from formulary.audit import record
from formulary.catalogue.models import Product
from formulary.db import Missing, db, once
from formulary.rules.findings import refuse
from formulary.stock import queries
from formulary.stock.models import Balance, Delivery, Hold, Lot, Place, Reservation, Vial

OBJECTS: dict[str, type[Any]] = {
    "lot": Lot, "vial": Vial, "place": Place, "product": Product, "delivery": Delivery,
}  # fmt: skip


@once
def place_hold(
    object_kind: str, object_id: int, *, reason: str, at: datetime, by: Actor, source: str = ""
) -> Hold:
    """Stop a lot, vial, place, product or delivery until somebody releases it, and break its reservations.

    `source` is what a page shows after "held:" ("recall R-7"); without it the hold's code and reason are
    shown. Waits for draws under way, so that every later one sees it.
    """
    if not reason.strip():
        raise refuse(
            "hold.reason_missing", "hold", "A hold needs a reason.", "Say what was seen.", field="reason"
        )
    if object_kind not in OBJECTS or db.session.get(OBJECTS[object_kind], object_id) is None:
        raise Missing(f"No {object_kind} {object_id}")
    code = next_code("H")
    touched = _touched(object_kind, object_id)
    db.session.execute(db.select(Balance.id).where(touched).order_by(Balance.id).with_for_update())
    hold = Hold(
        code=code,
        object_kind=object_kind,
        object_id=object_id,
        reason=reason,
        source=source,
        placed_at=at,
        placed_by_id=by.person_id,
    )
    db.session.add(hold)
    db.session.flush()
    broken = _break_reservations(object_kind, object_id, hold, at)
    new = {
        "hold": code,
        "object": object_kind,
        "object_id": object_id,
        "source": source,
        "reservations_broken": broken,
    }
    record("stock.hold", hold, by=by, at=at, new=new, reason=reason)
    return hold


@once
def release_hold(hold_id: int, *, reason: str, at: datetime, by: Actor) -> Hold:
    """End a hold with a reason; the stock is usable again where nothing else stops it."""
    hold = queries.hold(hold_id)
    if hold.released_at is not None:
        raise refuse(
            "hold.released_already",
            hold.code,
            f"Hold {hold.code} was released before.",
            "Nothing is left to do.",
        )
    if not reason.strip():
        raise refuse(
            "hold.reason_missing",
            hold.code,
            "A release needs a reason.",
            "Say what was found.",
            field="reason",
        )
    hold.released_at, hold.released_by_id, hold.release_reason = at, by.person_id, reason
    record("stock.release_hold", hold, by=by, at=at, old={"held_since": str(hold.placed_at)}, reason=reason)
    db.session.flush()
    return hold


def _touched(kind: str, number: int) -> Any:
    if kind == "lot":
        return Balance.lot_id == number
    if kind == "product":
        return Balance.lot_id.in_(db.select(Lot.id).filter_by(product_id=number))
    if kind == "delivery":
        return Balance.lot_id.in_(queries.lots_of_delivery(number))
    return (Balance.vial_id if kind == "vial" else Balance.place_id) == number


def _break_reservations(kind: str, number: int, hold: Hold, at: datetime) -> int:
    by_kind: dict[str, Any] = {
        "lot": Reservation.lot_id == number,
        "vial": Reservation.vial_id == number,
        "place": Reservation.place_id == number,
        "product": Reservation.lot_id.in_(db.select(Lot.id).filter_by(product_id=number)),
        "delivery": Reservation.lot_id.in_(queries.lots_of_delivery(number) if kind == "delivery" else ()),
    }
    ended = db.update(Reservation).where(by_kind[kind], Reservation.ended_at.is_(None))
    done = db.session.execute(ended.values(ended_at=at, ended_why=f"hold {hold.code}"))
    return done.rowcount
