"""Acts of the tests of suppliers, levels and orders, each in a transaction of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from formulary import clock
from formulary.db import db, transaction
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.actions import NewLine
from formulary.stock.facts import supply
from formulary.stock.models import Lot, PurchaseOrder, Supplier
from tests.stock.doing import received, somebody
from tests.support.builders import a_code, a_policy, a_product, the_site


def a_shelf_product(**columns: Any) -> Any:
    """A vial of 5 mL that also comes in boxes of ten, at a site that puts first receipts on the shelf."""
    a_policy(the_site(), "first_receipt_quarantine", {"required": False})
    product = a_product(name="tranexamic acid", **columns)
    a_code(product, level="box", containers=10)
    return product


def a_supplier(name: str = "Medisud", **more: Any) -> Supplier:
    """A supplier, entered by hand; the one on record where there is one."""
    known = queries.supplier_named(name)
    if known:
        return known
    with transaction():
        return stock.add_supplier(name, **{"at": clock.now(), "by": somebody()} | more)


def keeps(product: Any, minimum: int | None = 10, target: int | None = 30, **more: Any) -> Any:
    """What the site wants to keep of the product."""
    told = {"supplier_id": None, "lead_days": None, "per_pack": 10, "at": clock.now(), "by": somebody()}
    with transaction():
        return stock.set_level(the_site().id, product.id, minimum=minimum, target=target, **told | more)


def drafted(*lines: NewLine, **more: Any) -> PurchaseOrder:
    """A draft to Medisud."""
    who = more.pop("supplier", None) or a_supplier()
    with transaction():
        told = {"at": clock.now(), "by": somebody()} | more
        return stock.draft_order(the_site().id, supplier_id=who.id, lines=lines, **told)


def sent(*lines: NewLine, **more: Any) -> PurchaseOrder:
    """An order that went out."""
    order = drafted(*lines, **more)
    with transaction():
        return stock.send_order(order.id, at=clock.now(), by=somebody())


def ten(product: Any, packs: int = 3, *, days: int | None = 7) -> NewLine:
    """Packs of ten, expected in so many days."""
    expected = None if days is None else clock.now().date() + timedelta(days=days)
    return NewLine(product.id, packs, 10, expected)


def read(order: PurchaseOrder) -> queries.Order:
    """The order as it stands in the database."""
    db.session.expire_all()
    return queries.order(order.id, the_site().id)


def line_of(order: PurchaseOrder, number: int = 1) -> queries.Ordered:
    """One of its lines."""
    return next(line for line in read(order).lines if line.row.number == number)


def came(order: PurchaseOrder, product: Any, containers: int, lot: str = "L2231", **more: Any) -> Lot:
    """A delivery against the first line."""
    told = {"supplier": "Medisud", "order_line_id": line_of(order).row.id} | more
    return received(product.id, lot, containers=containers, **told)


def stands(product: Any) -> supply.Supply:
    """How the site stands with the product."""
    db.session.expire_all()
    return supply.supply(the_site().id, product, clock.now())
