"""Bringing a clinic over: lots of which earlier records tell, and what lies here on the first day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from formulary.accounts import Actor, Permission
from formulary.accounts.actions import next_code
from formulary.catalogue.models import Product
from formulary.db import db
from formulary.stock import queries
from formulary.stock.actions.arrivals import has_arrived, will_arrive
from formulary.stock.actions.entering import Printed, lot_to_fill, may_enter
from formulary.stock.actions.entries import Entry, Way
from formulary.stock.actions.ledger import write
from formulary.stock.actions.vials import limit_use
from formulary.stock.models import Lot, Movement, Place, Vial


def bring_lot(product_id: int, number: str, expires_on: date, *, at: datetime) -> Lot:
    """A lot of grade imported of which nothing is left; the caller's audit entry tells of it."""
    [lot] = bring_lots([(product_id, number, expires_on)], at=at)
    return lot


def bring_lots(told: Iterable[tuple[int, str, date]], *, at: datetime) -> list[Lot]:
    """The same for many: product, number and expiry of each."""
    lots = [_brought(db.session.get_one(Product, key), number, day, at) for key, number, day in told]
    db.session.add_all(lots)
    db.session.flush()
    return lots


def _brought(product: Product, number: str, expires_on: date, at: datetime) -> Lot:
    return Lot(
        product=product,
        maker=product.maker,
        number=number,
        expires_on=expires_on,
        status="exhausted",
        grade="imported",
        created_at=at,
    )


@dataclass(frozen=True)
class Opening:
    """What lies at a place on the day a clinic begins: sealed, or in a vial that was opened before."""

    product_id: int
    number: str
    expires_on: date
    place: Place
    quantity: int
    opened_at: datetime | None = None
    remark: str = ""
    second_record: bool = False
    file_id: int | None = None


def bring_stock(lies: Opening, *, at: datetime, by: Actor) -> list[Movement]:
    """Book it in from the supplier as brought forward; the caller's audit entry carries the rows.

    Refuses what receiving by hand refuses. Nobody releases it: whoever brings it over answers for it.
    """
    by.must(Permission.RELEASE_QUARANTINE)
    product = db.session.get_one(Product, lies.product_id)
    printed = Printed(product, "", lies.number, lies.expires_on)
    may_enter(printed, lies.place, at, {})
    known = lot_to_fill(printed, lies.second_record)
    will_arrive([known.id] if known else [])
    lot = known or bring_lot(lies.product_id, lies.number, lies.expires_on, at=at)
    if lies.place.kind == "quarantine" and lot.status == "exhausted":
        lot.status = "quarantined"
    vial = _opened(lot, lies.opened_at, at=at, by=by) if lies.opened_at else None
    way = Way(lies.place, "opening_balance", ("stored_file", lies.file_id), lies.opened_at or at, lies.remark)
    supplier = queries.place(lies.place.site_id, "supplier")
    movements = write([Entry(lot, vial, supplier, lies.quantity, way)], at=at, by=by)
    if vial is not None:
        limit_use(vial, lies.place, at)
    has_arrived([lot.id], at=at, by=by)
    return movements


def _opened(lot: Lot, opened_at: datetime, *, at: datetime, by: Actor) -> Vial:
    vial = Vial(code=next_code("V"), lot=lot, site_id=by.site_id, state="open")
    vial.opened_at, vial.opened_by_id, vial.late_reason = opened_at, by.person_id, "brought over as open"
    db.session.add(vial)
    db.session.flush()
    return vial
