"""Suppliers: who delivers to the organisation, what each has sent to a site, and how long it took."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from formulary.catalogue.models import Product
from formulary.catalogue.queries import fold
from formulary.db import Missing, db
from formulary.rules.reordering import middle
from formulary.stock.models import Delivery, Lot, Movement, PurchaseOrder, PurchaseOrderLine, Supplier
from formulary.stock.queries.prices import that_came


@dataclass(frozen=True)
class Brought:
    """What a supplier brought of one product: in how many deliveries, and when last."""

    product: Product
    deliveries: int
    last_at: datetime


@dataclass(frozen=True)
class Delivers:
    """A supplier as the list of them shows it; `took` are the days from each order to its deliveries."""

    supplier: Supplier
    deliveries: int
    products: int
    last_at: datetime | None
    took: Sequence[int] = ()

    @property
    def usual_days(self) -> int | None:
        """The median of the days that its orders took; None where none has come yet."""
        return middle(self.took)


def supplier(supplier_id: int) -> Supplier:
    """One supplier; Missing when there is none."""
    found = db.session.get(Supplier, supplier_id)
    if found is None:
        raise Missing(f"No supplier {supplier_id}")
    return found


def called(name: str) -> str:
    """The name of a supplier as two are compared, however they are typed."""
    return fold(name) or name.strip().casefold()


def supplier_named(name: str) -> Supplier | None:
    """The supplier of this name, however it is typed."""
    folded = fold(name)
    return db.session.scalar(db.select(Supplier).filter_by(folded=folded)) if folded else None


def suppliers(*, active: bool = False) -> list[Supplier]:
    """Every supplier by name; with `active` only those that are in use."""
    query = db.select(Supplier).order_by(Supplier.folded)
    return list(db.session.scalars(query.where(Supplier.is_active) if active else query))


def suppliers_by_id(ids: Collection[int | None]) -> dict[int, Supplier]:
    """Suppliers by their keys."""
    wanted = {key for key in ids if key is not None}
    query = db.select(Supplier).where(Supplier.id.in_(wanted))
    return {row.id: row for row in db.session.scalars(query)} if wanted else {}


def delivering(site_id: int) -> list[Delivers]:
    """Every supplier with what it brought to the site; three queries, however many there are."""
    count = (db.func.count(Delivery.id), db.func.count(Lot.product_id.distinct()))
    query = _to_site(db.select(Delivery.supplier_id, *count, db.func.max(Delivery.received_at)), site_id)
    seen = {row[0]: row[1:] for row in db.session.execute(query.group_by(Delivery.supplier_id))}
    took = _took(site_id)
    return [Delivers(row, *seen.get(row.id, (0, 0, None)), took=took.get(row.id, ())) for row in suppliers()]


def took(supplier_id: int, site_id: int) -> Sequence[int]:
    """How many days each delivery against an order of this supplier took, from the order being sent."""
    return _took(site_id, supplier_id).get(supplier_id, ())


def brought_by(supplier_id: int, site_id: int) -> list[Brought]:
    """What a supplier brought to the site, by product, the latest first."""
    columns = (Lot.product_id, db.func.count(Delivery.id), db.func.max(Delivery.received_at))
    query = _to_site(db.select(*columns), site_id).where(Delivery.supplier_id == supplier_id)
    rows = db.session.execute(query.group_by(Lot.product_id)).all()
    products = db.session.scalars(db.select(Product).where(Product.id.in_([row[0] for row in rows])))
    by_id = {product.id: product for product in products}
    found = [Brought(by_id[row[0]], row[1], row[2]) for row in rows]
    return sorted(found, key=lambda one: one.last_at, reverse=True)


def _to_site(query: Any, site_id: int) -> Any:
    """The deliveries to a site from suppliers that are known, those left out that were undone."""
    came = that_came(query.select_from(Delivery)).join(Lot, Lot.id == Movement.lot_id)
    return came.where(Delivery.site_id == site_id, Delivery.supplier_id.is_not(None))


def _took(site_id: int, supplier_id: int | None = None) -> dict[int, list[int]]:
    query = db.select(PurchaseOrder.supplier_id, PurchaseOrder.sent_at, Delivery.received_at)
    query = that_came(query.select_from(Delivery))
    query = query.join(PurchaseOrderLine, PurchaseOrderLine.id == Delivery.order_line_id)
    query = query.join(PurchaseOrder, PurchaseOrder.id == PurchaseOrderLine.order_id)
    query = query.where(PurchaseOrder.site_id == site_id, PurchaseOrder.sent_at.is_not(None))
    if supplier_id is not None:
        query = query.where(PurchaseOrder.supplier_id == supplier_id)
    found: dict[int, list[int]] = {}
    for who, sent_at, received_at in db.session.execute(query):
        found.setdefault(who, []).append(max(0, (received_at - sent_at) // timedelta(days=1)))
    return found
