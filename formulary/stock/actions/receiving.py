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
from formulary.stock.actions.codes import learn_code
from formulary.stock.actions.entering import Printed, known_lot, may_enter
from formulary.stock.actions.entries import Entry, Way
from formulary.stock.actions.ledger import write
from formulary.stock.actions.pricing import add_price, told
from formulary.stock.actions.suppliers import learn_supplier
from formulary.stock.actions.vials import content_of
from formulary.stock.labels import refusals
from formulary.stock.models import Delivery, Lot, Movement, Place

MOST_CONTAINERS = 10_000


@dataclass(frozen=True)
class Came:
    """What came with it: supplier, delivery note, a remark, its packs, how warm and how whole it came, how
    much, and the line of an order that it fills.
    """

    supplier: str
    note_number: str
    remark: str
    per_pack: int
    arrived_at_tenths: int | None
    damage: str
    containers: int
    against: Against | None = None

    @property
    def condition(self) -> dict[str, object]:
        """How it came, for the audit trail."""
        ordered = self.against.told if self.against else {}
        return {"arrived_at_tenths": self.arrived_at_tenths, "damage": self.damage, **ordered}


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
) -> Lot:
    """Book containers of a lot in at a shelf or in quarantine; a lot that is known gets more of the same.

    Refuses expired or same-day goods on a shelf, a number or expiry that no pack prints, a lot that is known
    with something else different (until `second_record` says that it is another), a GTIN of another
    product, a typed entry without the `witness` that the site's policy asks for, and warnings without a
    reason in `overrides`. The first receipt of a product or from a supplier goes to quarantine unless the
    site's policy says otherwise. `price` is that of one pack; `arrived_at_tenths` are tenths of a degree
    Celsius. With `order_line_id` it fills a line of an order: refused for another product; more than is
    outstanding, or another supplier, asks for a reason.
    """
    by.must(Permission.RECEIVE_STOCK)
    place = _entrance(place_id, site_id)
    printed = Printed(_product(product_id), maker, number, expires_on)
    reasons = may_enter(printed, place, at, overrides or {})
    _has_witness(site_id, grade, witness, by, at)
    if not 1 <= containers <= MOST_CONTAINERS:
        raise refusals.not_containers(containers, MOST_CONTAINERS)
    against = None
    if order_line_id is not None:
        came_as = {"supplier": supplier, "containers": containers, "overrides": overrides or {}}
        against = taken_against(order_line_id, site_id, printed.product, **came_as)
        reasons |= against.reasons
    known = known_lot(printed, second_record)
    first = first_receipt(printed.product, supplier, site_id, at)
    if first and place.kind == "storage":
        place = queries.place(site_id, "quarantine")
    lot = known or _new_lot(printed, grade, at, "quarantined" if first else "available")
    if gtin:
        learn_code(printed.product, gtin, per_pack)
    came = Came(supplier, note_number, remark, per_pack, arrived_at_tenths, damage, containers, against)
    delivery = _delivery(site_id, came, at, by)
    if price is not None:
        add_price(delivery, lot, price, per_pack, at=at, by=by)
    way = Way(place, "received", ("delivery", delivery.id), at)
    entry = Entry(lot, None, queries.place(site_id, "supplier"), containers * content_of(lot), way)
    movements = write([entry], at=at, by=by)
    new = {
        **printed.told, "containers": containers, "place": place.name, "supplier": supplier,
        "note": note_number, "gtin": gtin, "scan": raw, "grade": grade, "first_receipt": first,
        "witness": witness.name if witness else "", "second_record": second_record, "reasons": reasons,
        **came.condition, **(told(price, per_pack) if price else {}),
    }  # fmt: skip
    record("stock.receive", lot, by=by, at=at, new=new, movements=movements)
    return lot


def first_receipt(product: Product, supplier: str, site_id: int, at: datetime) -> str:
    """Why a second person must look before use: "product", "supplier", or nothing.

    It stays a first receipt until somebody has released one from quarantine.
    """
    decided = accounts.policy(site_id, "first_receipt_quarantine", at)
    if decided is not None and not decided.get("required", True):
        return ""
    looked_at = db.select(Lot.id).where(Lot.status != "quarantined").limit(1)
    if db.session.scalar(looked_at.where(Lot.product_id == product.id)) is None:
        return "product"
    brought = db.and_(Movement.document_kind == "delivery", Movement.document_id == Delivery.id)
    from_them = looked_at.select_from(Delivery).join(Movement, brought).join(Lot, Lot.id == Movement.lot_id)
    from_them = from_them.where(db.func.lower(Delivery.supplier) == supplier.lower())
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


def _has_witness(site_id: int, grade: str, witness: Actor | None, by: Actor, at: datetime) -> None:
    if grade != "typed" or not accounts.policy(site_id, "manual_entry_second_person", at):
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


def _delivery(site_id: int, came: Came, at: datetime, by: Actor) -> Delivery:
    supplier = learn_supplier(came.supplier, at)
    delivery = Delivery(
        site_id=site_id,
        supplier=came.supplier,
        note_number=came.note_number,
        received_at=at,
        received_by_id=by.person_id,
        remark=came.remark,
        per_pack=came.per_pack,
        arrived_at_tenths=came.arrived_at_tenths,
        damage=came.damage,
        supplier_id=supplier.id if supplier else None,
        order_line_id=came.against.line.row.id if came.against else None,
        containers=came.containers,
    )
    db.session.add(delivery)
    db.session.flush()
    return delivery
