"""Returning to the supplier: from a shelf, from quarantine or out of an open vial, with what is expected."""

from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.accounts import queries as accounts
from formulary.accounts.actions import next_code
from formulary.audit import record
from formulary.db import db, once
from formulary.rules.lot_status import free
from formulary.rules.units import Money
from formulary.stock import facts, queries
from formulary.stock.actions.entries import Entry, Way
from formulary.stock.actions.ledger import write
from formulary.stock.actions.vials import content_now, where_is
from formulary.stock.actions.wasting import everything_in
from formulary.stock.labels import REASONS_FOR, refusals
from formulary.stock.labels import return_refusals as told
from formulary.stock.models import Delivery, Lot, Place, SupplierReturn, Vial

SEALED_COMES_FROM = frozenset({"storage", "quarantine"})


@once
def return_lot(
    lot: Lot,
    *,
    place: Place,
    quantity: int,
    reason: str,
    number: str = "",
    delivery_id: int | None = None,
    credit: Money | None = None,
    remark: str = "",
    at: datetime,
    by: Actor,
) -> SupplierReturn:
    """Send sealed stock, in the lot's steps, back to who delivered it; held and expired goods may go.

    Refuses a reason that is none of a return, a delivery of another lot or of less, another currency than
    the site's, and what is reserved for a preparation.
    """
    by.must(Permission.RECEIVE_STOCK)
    if place.kind not in SEALED_COMES_FROM or place.site_id != by.site_id:
        raise refusals.wrong_kind(place.name, "Choose a shelf or quarantine.")
    if quantity <= 0:
        raise refusals.nothing_moves(lot.number, "containers")
    row = _row(lot, place, quantity, reason, remark, at=at, by=by)
    _expect(row, lot, number, delivery_id, credit)
    _is_free(lot, place, quantity, at)
    way = Way(queries.place(place.site_id, "returned"), "returned", ("return", row.id), at, remark)
    return _sent(row, [Entry(lot, None, place, quantity, way)], at, by)


@once
def return_vial(
    vial: Vial,
    *,
    reason: str,
    number: str = "",
    delivery_id: int | None = None,
    credit: Money | None = None,
    remark: str = "",
    at: datetime,
    by: Actor,
) -> SupplierReturn:
    """Send an opened vial with all in it back to who delivered it, as when a maker wants to look at it."""
    by.must(Permission.RECEIVE_STOCK)
    place = where_is(vial)
    row = _row(vial.lot, place, content_now(vial), reason, remark, at=at, by=by)
    row.vial_id = vial.id
    _expect(row, vial.lot, number, delivery_id, credit)
    way = Way(queries.place(place.site_id, "returned"), "returned", ("return", row.id), at, remark)
    return _sent(row, everything_in(vial, place, way), at, by)


def _row(
    lot: Lot, place: Place, quantity: int, reason: str, remark: str, *, at: datetime, by: Actor
) -> SupplierReturn:
    if reason not in REASONS_FOR["return"]:
        raise told.no_reason()
    if reason == "other_return" and not remark.strip():
        raise told.no_remark()
    return SupplierReturn(
        code=next_code("RT"),
        site_id=place.site_id,
        lot_id=lot.id,
        place_id=place.id,
        quantity=quantity,
        reason=reason,
        remark=remark,
        at=at,
        by_id=by.person_id,
    )


def _expect(
    row: SupplierReturn, lot: Lot, number: str, delivery_id: int | None, credit: Money | None
) -> None:
    """What the supplier is told and what is expected; the row is written with it."""
    if delivery_id is not None:
        row.supplier = _delivery(lot, delivery_id, row).supplier
        row.delivery_id = delivery_id
    row.number = number
    if credit is not None:
        if credit.currency != accounts.currency(row.site_id, row.at):
            raise told.no_currency()
        row.minor, row.currency = int(credit.minor), credit.currency.code
    db.session.add(row)
    db.session.flush()


def _delivery(lot: Lot, delivery_id: int, row: SupplierReturn) -> Delivery:
    """The delivery, taken until the act ends; it brought at least what goes back with it."""
    receipt = queries.receipt(delivery_id, row.site_id, lock=True)
    if receipt.lot_id != lot.id:
        raise told.other_lots_delivery(lot)
    left = receipt.quantity - queries.went_back_with(delivery_id)
    if row.quantity > left:
        raise told.more_than_came(lot, refusals.written(lot.quantity(left), row.site_id))
    return receipt.delivery


def _is_free(lot: Lot, place: Place, quantity: int, at: datetime) -> None:
    stock = facts.stock_of(lot, None, place, at)
    if stock is not None and stock.reserved is not None and free(stock).steps < quantity:
        raise told.reserved(lot, refusals.written(free(stock), place.site_id))


def _sent(row: SupplierReturn, entries: list[Entry], at: datetime, by: Actor) -> SupplierReturn:
    movements = write(entries, at=at, by=by)
    new = {"return": row.code, "lot_id": row.lot_id, "quantity": row.quantity, "number": row.number}
    new |= {"why": row.reason, "delivery": row.delivery_id, "credit": row.minor, "currency": row.currency}
    record("stock.return", row, by=by, at=at, new=new, reason=row.remark, movements=movements)
    return row
