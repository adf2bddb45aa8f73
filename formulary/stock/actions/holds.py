"""Holds: a stop on a lot, a vial, a place, a product or a delivery, at every site at once."""

from datetime import datetime
from typing import Any

from formulary.accounts import Actor, Permission
from formulary.accounts.actions import next_code
from formulary.audit import record
from formulary.catalogue.models import FormulaVersion, Product
from formulary.db import Missing, db, once
from formulary.stock import queries
from formulary.stock.labels import refusals
from formulary.stock.models import Balance, Delivery, Hold, Lot, Place, Reservation, Vial

OBJECTS: dict[str, type[Any]] = {
    "lot": Lot,
    "vial": Vial,
    "place": Place,
    "product": Product,
    "delivery": Delivery,
    "formula_version": FormulaVersion,
}


@once
def place_hold(
    object_kind: str, object_id: int, *, reason: str, at: datetime, by: Actor, source: str = ""
) -> Hold:
    """Stop a lot, vial, place, product, delivery or version of a formula until a person releases it; its
    reservations end, but those of a formula.

    A hold on a lot or a delivery covers what was and what will be made from it.
    `source` is what a page shows after "held:" ("recall R-7"); without it the hold's code and reason are
    shown. Waits for draws under way, so that every later one sees it.
    """
    by.must(Permission.PLACE_HOLD)
    if not reason.strip():
        raise refusals.hold_without_reason("A hold")
    if object_kind not in OBJECTS or db.session.get(OBJECTS[object_kind], object_id) is None:
        raise Missing(f"No {object_kind} {object_id}")
    return _stop(object_kind, object_id, reason, source, at=at, by=by)


def stop_lot(lot_id: int, *, reason: str, source: str, at: datetime, by: Actor) -> Hold:
    """The same for a lot on which the house has decided before it came: whoever brings it in needs no right
    to place holds.
    """
    return _stop("lot", lot_id, reason, source, at=at, by=by)


def _stop(object_kind: str, object_id: int, reason: str, source: str, *, at: datetime, by: Actor) -> Hold:
    hold = Hold(
        code=next_code("H"),
        object_kind=object_kind,
        object_id=object_id,
        reason=reason,
        source=source,
        placed_at=at,
        placed_by_id=by.person_id,
    )
    _wait_for_draws(object_kind, object_id)
    db.session.add(hold)
    db.session.flush()
    broken = _end_reservations(object_kind, object_id, f"hold {hold.code}", at)
    new = {
        "hold": hold.code,
        "on": f"{object_kind} {object_id}",
        "source": source,
        "reservations_ended": broken,
    }
    record("stock.hold", hold, by=by, at=at, new=new, reason=reason)
    return hold


@once
def release_hold(hold_id: int, *, reason: str, at: datetime, by: Actor) -> Hold:
    """End a hold with a reason; the stock is usable again where nothing else stops it."""
    by.must(Permission.RELEASE_HOLD)
    hold = queries.hold(hold_id)
    if not reason.strip():
        raise refusals.hold_without_reason("A release")
    released = {"released_at": at, "released_by_id": by.person_id, "release_reason": reason}
    standing = db.update(Hold).where(Hold.id == hold_id, Hold.released_at.is_(None))
    if db.session.execute(standing.values(released)).rowcount != 1:
        raise refusals.released_before(hold)
    db.session.refresh(hold)
    old = {"held_since": str(hold.placed_at), "reason": hold.reason}
    record("stock.release_hold", hold, by=by, at=at, old=old, reason=reason)
    db.session.flush()
    return hold


def _wait_for_draws(kind: str, number: int) -> None:
    """Take the balances: a draw that began before ends first, one that begins later finds the hold."""
    touched = queries.touched_by(Balance, kind, number)
    db.session.execute(db.select(Balance.id).where(touched).order_by(Balance.id).with_for_update())


def _end_reservations(kind: str, number: int, why: str, at: datetime) -> int:
    ended = db.update(Reservation).where(
        queries.touched_by(Reservation, kind, number), Reservation.ended_at.is_(None)
    )
    return db.session.execute(ended.values(ended_at=at, ended_why=why)).rowcount
