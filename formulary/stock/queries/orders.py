"""Purchase orders of a site, their lines with what has come of each, and what is still on order."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from formulary.catalogue.models import Product
from formulary.db import Missing, db
from formulary.rules.reordering import outstanding, standing
from formulary.stock.models import (
    Delivery,
    Lot,
    Movement,
    PurchaseOrder,
    PurchaseOrderChange,
    PurchaseOrderLine,
    Supplier,
)
from formulary.stock.queries.prices import that_came
from formulary.web.paging import Page, Window, page


@dataclass(frozen=True)
class Ordered:
    """A line of an order, its product, and how many containers came of it."""

    row: PurchaseOrderLine
    product: Product
    received: int

    @property
    def outstanding(self) -> int:
        """How many containers are still to come."""
        return outstanding(self.row.ordered, self.row.cancelled, self.received)

    @property
    def over(self) -> int:
        """How many containers came on top of what was ordered."""
        return max(0, self.received - self.row.ordered)

    @property
    def is_dropped(self) -> bool:
        """Whether all of it was called off."""
        return self.row.cancelled == self.row.ordered


@dataclass(frozen=True)
class Order:
    """An order with its supplier and its lines; `state` is how far it has come."""

    row: PurchaseOrder
    supplier: Supplier
    lines: Sequence[Ordered] = field(default=())

    @property
    def state(self) -> str:
        """draft, sent, partly_received, received or cancelled: computed from what came."""
        facts = [(line.row.ordered, line.row.cancelled, line.received) for line in self.lines]
        return standing(self.row.state, facts)

    @property
    def due_on(self) -> date | None:
        """The first day on which something outstanding is expected; None where nobody said."""
        days = [line.row.expected_on for line in self.lines if line.outstanding and line.row.expected_on]
        return min(days, default=None)


@dataclass(frozen=True)
class OnOrder:
    """A line of an order that was sent, of which something is still to come."""

    order: PurchaseOrder
    supplier: Supplier
    line: Ordered

    def is_overdue(self, today: date) -> bool:
        """Whether it was expected before today."""
        return self.line.row.expected_on is not None and self.line.row.expected_on < today


def orders(site_id: int, window: Window) -> Page:
    """One page of the site's orders, the newest first."""
    return page(db.select(PurchaseOrder).filter_by(site_id=site_id), (PurchaseOrder.id,), window=window)


def orders_of(rows: Sequence[PurchaseOrder]) -> list[Order]:
    """Orders with suppliers and lines; four queries, however many there are."""
    return _whole(rows)


def _whole(rows: Sequence[PurchaseOrder], *, fresh: bool = False) -> list[Order]:
    lines = _lines([row.id for row in rows], fresh=fresh)
    query = db.select(Supplier).where(Supplier.id.in_({row.supplier_id for row in rows}))
    names = {row.id: row for row in db.session.scalars(query)} if rows else {}
    return [Order(row, names[row.supplier_id], lines.get(row.id, [])) for row in rows]


def orders_to(supplier_id: int, site_id: int, most: int = 20) -> list[Order]:
    """The latest orders of a site to a supplier."""
    query = db.select(PurchaseOrder).filter_by(supplier_id=supplier_id, site_id=site_id)
    return orders_of(list(db.session.scalars(query.order_by(PurchaseOrder.id.desc()).limit(most))))


def order(order_id: int, site_id: int, *, locked: bool = False) -> Order:
    """One order of the site, taken until the act ends where `locked`; Missing for another site's."""
    query = db.select(PurchaseOrder).filter_by(id=order_id, site_id=site_id)
    if locked:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise Missing(f"No order {order_id}")
    return _whole([found], fresh=locked)[0]


def order_numbered(number: int, site_id: int) -> Order | None:
    """The order of a site with this number: PO-12 is 12."""
    found = db.session.scalar(db.select(PurchaseOrder).filter_by(number=number, site_id=site_id))
    return None if found is None else orders_of([found])[0]


def order_of_line(line_id: int, site_id: int, *, locked: bool = False) -> tuple[Order, Ordered]:
    """A line of an order of the site, with its order."""
    row = db.session.get(PurchaseOrderLine, line_id)
    if row is None:
        raise Missing(f"No line {line_id} of an order")
    found = order(row.order_id, site_id, locked=locked)
    return found, next(line for line in found.lines if line.row.id == line_id)


def order_changes(order_id: int) -> list[PurchaseOrderChange]:
    """What was changed of an order after it was sent, the newest first."""
    query = db.select(PurchaseOrderChange).filter_by(order_id=order_id)
    return list(db.session.scalars(query.order_by(PurchaseOrderChange.id.desc())))


def on_order(site_id: int, product_ids: Collection[int] | None = None) -> list[OnOrder]:
    """What is still to come to a site, of these products or of all, the first expected first; two queries.

    The database leaves out what has come whole, so that it costs no more with every order that is over.
    """
    line = PurchaseOrderLine
    query = db.select(line, PurchaseOrder, Supplier, Product).join(
        PurchaseOrder, PurchaseOrder.id == line.order_id
    )
    query = query.join(Supplier, Supplier.id == PurchaseOrder.supplier_id)
    query = query.join(Product, Product.id == line.product_id)
    query = query.where(PurchaseOrder.site_id == site_id, PurchaseOrder.state != "draft")
    query = query.where(line.cancelled + _CAME < line.packs * line.per_pack)
    if product_ids is not None:
        query = query.where(line.product_id.in_(product_ids))
    rows = db.session.execute(query.order_by(line.expected_on.nulls_last(), line.id)).all()
    came = _came([row[0].id for row in rows])
    found = [OnOrder(o, who, Ordered(row, p, came.get(row.id, 0))) for row, o, who, p in rows]
    return [one for one in found if one.line.outstanding]


_CAME = (
    that_came(db.select(db.func.coalesce(db.func.sum(Delivery.containers), 0)).select_from(Delivery))
    .where(Delivery.order_line_id == PurchaseOrderLine.id)
    .correlate(PurchaseOrderLine)
    .scalar_subquery()
)
"""How many containers came of a line, as the database counts them."""


def overdue_orders(site_id: int, today: date) -> list[OnOrder]:
    """What was expected before today and has not come, the longest overdue first; two queries."""
    return [one for one in on_order(site_id) if one.is_overdue(today)]


def deliveries_of_line(line_ids: Collection[int]) -> dict[int, list[Any]]:
    """What came of each of these lines: delivery, lot and movement, those that were undone left out."""
    query = that_came(db.select(Delivery, Lot).select_from(Delivery)).join(Lot, Lot.id == Movement.lot_id)
    found: dict[int, list[Any]] = {}
    for row in db.session.execute(query.where(Delivery.order_line_id.in_(line_ids)).order_by(Delivery.id)):
        found.setdefault(row.Delivery.order_line_id, []).append(row)
    return found


def _lines(order_ids: Collection[int], *, fresh: bool) -> dict[int, list[Ordered]]:
    query = db.select(PurchaseOrderLine, Product).join(Product, Product.id == PurchaseOrderLine.product_id)
    query = query.where(PurchaseOrderLine.order_id.in_(order_ids)).order_by(PurchaseOrderLine.number)
    query = query.execution_options(populate_existing=fresh)
    rows = db.session.execute(query).all() if order_ids else []
    came = _came([row.id for row, _ in rows])
    found: dict[int, list[Ordered]] = {}
    for row, product in rows:
        found.setdefault(row.order_id, []).append(Ordered(row, product, came.get(row.id, 0)))
    return found


def _came(line_ids: Collection[int]) -> dict[int, int]:
    """How many containers came of each line, by the deliveries that were not undone."""
    columns = (Delivery.order_line_id, db.func.sum(Delivery.containers))
    query = that_came(db.select(*columns).select_from(Delivery))
    query = query.where(Delivery.order_line_id.in_(line_ids)).group_by(Delivery.order_line_id)
    return {row[0]: int(row[1]) for row in db.session.execute(query)} if line_ids else {}
