"""Suppliers: learned from deliveries, entered by hand, changed, put out of use; and what a site keeps."""

from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.catalogue.models import Product
from formulary.catalogue.queries import fold
from formulary.db import Missing, db, expect_version, once
from formulary.stock import queries
from formulary.stock.labels import order_refusals as refusals
from formulary.stock.models import StockLevel, Supplier

MOST_DAYS = 365
MOST = 100_000


def learn_supplier(name: str, at: datetime) -> Supplier | None:
    """The supplier of this name, made where it is new; None without a name. The caller's entry says so."""
    if not fold(name):
        return None
    return queries.supplier_named(name) or _new(name, at)


@once
def add_supplier(
    name: str, *, lead_days: int | None = None, contact: str = "", at: datetime, by: Actor
) -> Supplier:
    """Enter a supplier; refuses a name that is on record however it is typed, and one that names nobody."""
    by.must(Permission.ORDER_STOCK)
    if not fold(name):
        raise refusals.no_name(name)
    if known := queries.supplier_named(name):
        raise refusals.name_taken(known)
    _days(lead_days)
    row = _new(name, at)
    row.lead_days, row.contact = lead_days, contact
    record("stock.add_supplier", row, by=by, at=at, new={"name": row.name, "lead_days": lead_days})
    db.session.flush()
    return row


@once
def change_supplier(
    supplier_id: int,
    *,
    lead_days: int | None,
    contact: str,
    is_active: bool,
    version: int | None = None,
    at: datetime,
    by: Actor,
) -> Supplier:
    """State how long its orders take (None: unknown), how it is reached, put it out of use or into it."""
    by.must(Permission.ORDER_STOCK)
    row = queries.supplier(supplier_id)
    expect_version(row, version)
    _days(lead_days)
    new = {"lead_days": lead_days, "contact": contact, "is_active": is_active}
    old = {what: getattr(row, what) for what in new}
    for what, value in new.items():
        setattr(row, what, value)
    record("stock.change_supplier", row, by=by, at=at, old=old, new=new | {"name": row.name})
    db.session.flush()
    return row


@once
def set_level(
    site_id: int,
    product_id: int,
    *,
    minimum: int | None,
    target: int | None,
    supplier_id: int | None,
    lead_days: int | None,
    per_pack: int | None,
    version: int | None = None,
    at: datetime,
    by: Actor,
) -> StockLevel:
    """Say what a site wants to keep of a product, in containers, and how it is ordered; None is unknown.

    Refuses a target below the minimum, a pack that the product does not come in, a supplier out of use.
    `version` 0 means that nobody had said anything yet.
    """
    by.must(Permission.ORDER_STOCK)
    product = db.session.get(Product, product_id)
    if product is None:
        raise Missing(f"No product {product_id}")
    row = queries.level(site_id, product_id)
    if row is not None:
        expect_version(row, version)
    new = {
        "minimum": minimum, "target": target, "supplier_id": supplier_id,
        "lead_days": lead_days, "per_pack": per_pack,
    }  # fmt: skip
    _may_be(product, new, row)
    if row is None:
        row = StockLevel(site_id=site_id, product_id=product_id)
        db.session.add(row)
    old = {what: getattr(row, what) for what in new}
    for what, value in new.items():
        setattr(row, what, value)
    db.session.flush()
    record("stock.set_level", row, by=by, at=at, old=old, new=new | {"product": product.name})
    return row


def _new(name: str, at: datetime) -> Supplier:
    row = Supplier(name=name.strip(), folded=fold(name), is_active=True, contact="", created_at=at)
    db.session.add(row)
    db.session.flush()
    return row


def _days(lead_days: int | None) -> None:
    if lead_days is not None and not 0 <= lead_days <= MOST_DAYS:
        raise refusals.not_a_count("days", "lead_days", lead_days, MOST_DAYS)


def _may_be(product: Product, new: dict[str, int | None], row: StockLevel | None) -> None:
    minimum, target, per_pack = new["minimum"], new["target"], new["per_pack"]
    _days(new["lead_days"])
    for name, least in (("minimum", 0), ("target", 1)):
        said = new[name]
        if said is not None and not least <= said <= MOST:
            raise refusals.not_a_count("containers", name, said, MOST)
    if minimum is not None and target is not None and target < minimum:
        raise refusals.target_below(minimum, target)
    sizes = queries.pack_levels([product.id])[product.id]
    if per_pack is not None and per_pack not in sizes:
        raise refusals.no_such_pack(product, per_pack, sizes)
    if new["supplier_id"] is not None and (row is None or row.supplier_id != new["supplier_id"]):
        in_use(new["supplier_id"])


def in_use(supplier_id: int) -> Supplier:
    """The supplier; refuses one that is out of use."""
    row = queries.supplier(supplier_id)
    if not row.is_active:
        raise refusals.out_of_use(row)
    return row
