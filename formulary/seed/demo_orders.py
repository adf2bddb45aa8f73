"""What the demo clinic wants to keep, from whom it orders, and one order that is on its way."""

from datetime import timedelta

from formulary.accounts import queries as accounts
from formulary.db import transaction
from formulary.rules.units import parse_money
from formulary.seed.clinic_rows import LevelRow, OrderRow, SupplierRow
from formulary.seed.demo import Demo
from formulary.seed.demo_stock import PHARMACIST
from formulary.stock import actions, queries

DECIDED = 40
"""How many days ago the levels were set."""


def keep(demo: Demo) -> None:
    """Lead times of the suppliers that the deliveries made known, then the levels, then the orders."""
    for row in demo.clinic.suppliers:
        with transaction():
            _supplier(demo, row)
    for level in demo.clinic.levels:
        with transaction():
            _level(demo, level)
    for key in dict.fromkeys((row.site, row.order) for row in demo.clinic.orders):
        _order(demo, [row for row in demo.clinic.orders if (row.site, row.order) == key])


def _supplier(demo: Demo, row: SupplierRow) -> None:
    known = queries.supplier_named(row.name)
    by, at = demo.actor(PHARMACIST), demo.ago(DECIDED)
    told = {"lead_days": row.lead_days, "contact": row.contact, "at": at, "by": by}
    if known is None:
        actions.add_supplier(row.name, **told)
    else:
        actions.change_supplier(known.id, is_active=True, **told)


def _level(demo: Demo, row: LevelRow) -> None:
    supplier = queries.supplier_named(row.supplier)
    actions.set_level(
        demo.sites[row.site].id,
        demo.product(row.product).id,
        minimum=row.minimum,
        target=row.target,
        supplier_id=supplier.id if supplier else None,
        lead_days=None,
        per_pack=row.per_pack,
        at=demo.ago(DECIDED),
        by=demo.actor(PHARMACIST, row.site),
    )


def _order(demo: Demo, rows: list[OrderRow]) -> None:
    """Drafted and sent on one day by the pharmacist."""
    first = rows[0]
    site, at, by = demo.sites[first.site], demo.ago(first.sent_days_ago), demo.actor(PHARMACIST, first.site)
    supplier = queries.supplier_named(first.supplier)
    lines = [_line(demo, row) for row in rows]
    with transaction():
        order = actions.draft_order(site.id, supplier_id=supplier.id, lines=lines, at=at, by=by)  # type: ignore[union-attr]
    with transaction():
        actions.send_order(order.id, at=at, by=by)


def _line(demo: Demo, row: OrderRow) -> actions.NewLine:
    site = demo.sites[row.site]
    currency = accounts.currency(site.id, demo.ago(row.sent_days_ago))
    price = parse_money(str(row.demo_price), currency) if row.demo_price and currency else None
    expected = accounts.day_at(site.id, demo.at) + timedelta(days=row.expected_in_days)
    return actions.NewLine(demo.product(row.product).id, row.packs, row.per_pack, expected, price)
