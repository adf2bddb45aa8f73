"""Receiving: a delivery enters as a lot on a shelf, or in quarantine where a second person looks first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from formulary.accounts import Actor, Permission
from formulary.accounts import queries as accounts
from formulary.audit import record
from formulary.catalogue.models import Product
from formulary.db import Missing, db, once
from formulary.rules.units import Money
from formulary.stock import queries
from formulary.stock.actions.against import Against, taken_against
from formulary.stock.actions.arrivals import has_arrived, serial_came, will_arrive
from formulary.stock.actions.codes import learn_code
from formulary.stock.actions.entering import Printed, lot_to_fill, may_enter
from formulary.stock.actions.entries import Entry, Way
from formulary.stock.actions.ledger import write
from formulary.stock.actions.noting import further_packs
from formulary.stock.actions.pricing import add_price, told
from formulary.stock.actions.suppliers import learn_supplier
from formulary.stock.actions.vials import content_of
from formulary.stock.labels import refusals
from formulary.stock.models import AS_READ, Delivery, Lot, Movement, Place

MOST_CONTAINERS = 10_000


@dataclass(frozen=True)
class Came:
    """What came with it: supplier, delivery note, a remark, how much in packs of how many, its price, how
    warm and how whole it came; `received_at` is when, where that was before it is entered.
    """

    supplier: str
    note_number: str
    remark: str
    containers: int
    per_pack: int
    price: Money | None
    arrived_at_tenths: int | None
    damage: str
    received_at: datetime | None = None

    @property
    def told(self) -> dict[str, object]:
        """The same for the audit trail."""
        how = {"arrived_at_tenths": self.arrived_at_tenths, "damage": self.damage}
        paid = told(self.price, self.per_pack) if self.price is not None else {}
        return {
            "containers": self.containers, "supplier": self.supplier, "note": self.note_number, **how, **paid,
        }  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """How its code was read, who looked at it too, and what was said of warnings."""

    gtin: str
    raw: str
    grade: str
    witness: Actor | None
    second_record: bool
    overrides: Mapping[str, str]
    list_id: int | None = None
    serial: str = ""

    @property
    def told(self) -> dict[str, object]:
        """The same for the audit trail."""
        witness = self.witness.name if self.witness else ""
        read: dict[str, object] = {"gtin": self.gtin, "scan": self.raw, "grade": self.grade}
        read |= {"list": self.list_id} if self.list_id is not None else {}
        read |= {"serial": self.serial} if self.serial else {}
        return {**read, "witness": witness, "second_record": self.second_record}


@dataclass(frozen=True)
class _Accepted:
    """What may enter: where, as more of which lot, why a second person looks first, against which order."""

    place: Place
    known: Lot | None
    first: str
    against: Against | None
    reasons: dict[str, str]


@once
def receive_lot(
    site_id: int,
    *,
    product_id: int,
    number: str,
    expires_on: date,
    containers: int,
    place_id: int,
    at: datetime,
    by: Actor,
    maker: str = "",
    supplier: str = "",
    note_number: str = "",
    remark: str = "",
    gtin: str = "",
    per_pack: int = 1,
    price: Money | None = None,
    arrived_at_tenths: int | None = None,
    damage: str = "",
    raw: str = "",
    grade: str = "typed",
    witness: Actor | None = None,
    second_record: bool = False,
    overrides: Mapping[str, str] | None = None,
    order_line_id: int | None = None,
    made_on: date | None = None,
    received_at: datetime | None = None,
    list_id: int | None = None,
    serial: str = "",
) -> Lot:
    """Book containers of a lot in at a shelf or in quarantine; a lot that is known gets more of the same.

    Refuses expired or same-day goods on a shelf, what was `made_on` the day it expires or later, a number or
    expiry that no pack prints, a lot that is known with something else different (until `second_record`
    says that it is another), a GTIN of another product, a typed entry without the `witness` that the site's
    policy asks for, more with a note that brought the lot already, and warnings without a reason in
    `overrides`. The first receipt of a product or from a supplier goes to quarantine unless the site's
    policy says otherwise. `price` is that of one pack; `arrived_at_tenths` are tenths of a degree Celsius.
    With `order_line_id` it fills a line of an order: refused for another product; more than is outstanding,
    or another supplier, asks for a reason. `received_at` is when it came, where that was before it is
    entered, `list_id` the file of the list it came with, which is undone as a whole; `serial` is that of
    the pack whose code was read.
    """
    by.must(Permission.RECEIVE_STOCK)
    printed = Printed(_product(product_id), maker, number, expires_on, made_on)
    came = Came(
        supplier, note_number, remark, containers, per_pack, price, arrived_at_tenths, damage, received_at
    )
    seen = Seen(gtin, raw, grade, witness, second_record, overrides or {}, list_id, serial)
    entrance = _entrance(place_id, site_id)
    accepted = _accepted(printed, entrance, came, seen, order_line_id, at=at, by=by)
    return _book_in(printed, accepted, came, seen, at=at, by=by)


def _accepted(
    printed: Printed,
    entrance: Place,
    came: Came,
    seen: Seen,
    order_line_id: int | None,
    *,
    at: datetime,
    by: Actor,
) -> _Accepted:
    """What enters and where; raises Refused with everything that stands against it."""
    site_id = entrance.site_id
    reasons = may_enter(printed, entrance, at, seen.overrides)
    _has_witness(site_id, seen, by, at)
    if not 1 <= came.containers <= MOST_CONTAINERS:
        raise refusals.not_containers(came.containers, MOST_CONTAINERS)
    against = None
    if order_line_id is not None:
        came_as = {"supplier": came.supplier, "containers": came.containers, "overrides": seen.overrides}
        against = taken_against(order_line_id, site_id, printed.product, **came_as)
        reasons |= against.reasons
    known = lot_to_fill(printed, seen.second_record)
    if seen.list_id is None:  # a list knows its own rows again
        reasons |= further_packs(
            known, site_id, supplier=came.supplier, note_number=came.note_number, overrides=seen.overrides
        )
    first = first_receipt(printed.product, came.supplier, site_id, at)
    is_looked_at = first and entrance.kind == "storage"
    place = queries.place(site_id, "quarantine") if is_looked_at else entrance
    return _Accepted(place, known, first, against, reasons)


def _book_in(
    printed: Printed, accepted: _Accepted, came: Came, seen: Seen, *, at: datetime, by: Actor
) -> Lot:
    """The lot with its delivery, its price and its row of the ledger, and the entry that tells of them."""
    place, status = accepted.place, "quarantined" if accepted.first else "available"
    will_arrive([accepted.known.id] if accepted.known else [], seen.serial)
    lot = accepted.known or _new_lot(printed, seen.grade, at, status)
    if seen.gtin:
        learn_code(printed.product, seen.gtin, came.per_pack)
    delivery = _delivery(place.site_id, came, accepted.against, at, by)
    delivery.serial = seen.serial or None
    if came.price is not None:
        add_price(delivery, lot, came.price, came.per_pack, at=at, by=by)
    way = Way(place, "received", ("delivery", delivery.id), came.received_at or at)
    supplier = queries.place(place.site_id, "supplier")
    movements = write([Entry(lot, None, supplier, came.containers * content_of(lot), way)], at=at, by=by)
    where = {"place": place.name, "first_receipt": accepted.first, "reasons": accepted.reasons}
    ordered = accepted.against.told if accepted.against else {}
    new = {**printed.told, **came.told, **seen.told, **where, **ordered}
    record("stock.receive", lot, by=by, at=at, new=new, movements=movements)
    has_arrived([lot.id], at=at, by=by)
    serial_came(lot, seen.serial, at=at, by=by)
    return lot


def first_receipt(product: Product, supplier: str, site_id: int, at: datetime) -> str:
    """Why a second person must look before use: "product", "supplier", or nothing.

    It stays a first receipt until somebody has released one from quarantine.
    """
    decided = accounts.policy(site_id, "first_receipt_quarantine", at)
    if decided is not None and not decided.get("required", True):
        return ""
    looked_at = db.select(Lot.id).where(Lot.status != "quarantined", Lot.grade != AS_READ).limit(1)
    if db.session.scalar(looked_at.where(Lot.product_id == product.id)) is None:
        return "product"
    brought = db.and_(Movement.document_kind == "delivery", Movement.document_id == Delivery.id)
    from_them = looked_at.select_from(Delivery).join(Movement, brought).join(Lot, Lot.id == Movement.lot_id)
    named = queries.supplier_named(supplier)
    theirs = db.or_(Delivery.supplier == supplier, Delivery.supplier_id == (named.id if named else 0))
    from_them = from_them.where(theirs)
    return "supplier" if db.session.scalar(from_them) is None else ""


def _product(product_id: int) -> Product:
    product = db.session.get(Product, product_id)
    if product is None:
        raise Missing(f"No product {product_id}")
    return product


def _entrance(place_id: int, site_id: int) -> Place:
    place = queries.place_by_id(place_id, site_id)
    if place.kind not in {"storage", "quarantine"} or not place.is_active:
        raise refusals.wrong_kind(place.name, "Choose a shelf or quarantine.")
    return place


def _has_witness(site_id: int, seen: Seen, by: Actor, at: datetime) -> None:
    witness = seen.witness
    if seen.grade != "typed" or not accounts.policy(site_id, "manual_entry_second_person", at):
        return
    if witness is None or witness.person_id == by.person_id or not witness.may(Permission.WITNESS):
        raise refusals.no_witness()


def _new_lot(printed: Printed, grade: str, at: datetime, status: str) -> Lot:
    lot = Lot(
        product=printed.product,
        maker=printed.made_by,
        number=printed.number,
        expires_on=printed.expires_on,
        status=status,
        grade=grade,
        created_at=at,
    )
    db.session.add(lot)
    db.session.flush()
    return lot


def _delivery(site_id: int, came: Came, against: Against | None, at: datetime, by: Actor) -> Delivery:
    supplier = learn_supplier(came.supplier, at)
    delivery = Delivery(
        site_id=site_id,
        supplier=came.supplier,
        note_number=came.note_number,
        received_at=came.received_at or at,
        received_by_id=by.person_id,
        remark=came.remark,
        per_pack=came.per_pack,
        arrived_at_tenths=came.arrived_at_tenths,
        damage=came.damage,
        supplier_id=supplier.id if supplier else None,
        order_line_id=against.line.row.id if against else None,
        containers=came.containers,
    )
    db.session.add(delivery)
    db.session.flush()
    return delivery
