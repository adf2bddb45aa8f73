"""Purchase orders: drafted, sent, changed with a reason, called off with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm.attributes import flag_modified

from formulary.accounts import Actor, Permission
from formulary.accounts import queries as accounts
from formulary.audit import record
from formulary.catalogue import queries as catalogue
from formulary.db import db, exclusive, expect_version, once
from formulary.rules.reordering import allowed
from formulary.rules.units import Money, plain_money
from formulary.stock import queries
from formulary.stock.actions.suppliers import in_use
from formulary.stock.labels import order_refusals as refusals
from formulary.stock.labels import prices as price_labels
from formulary.stock.models import PurchaseOrder, PurchaseOrderChange, PurchaseOrderLine
from formulary.stock.queries import Order, Ordered

MOST_PACKS = 10_000


@dataclass(frozen=True)
class NewLine:
    """What is to be ordered: packs of so many containers, when it is expected, what a pack is to cost."""

    product_id: int
    packs: int
    per_pack: int = 1
    expected_on: date | None = None
    price: Money | None = None

    @property
    def told(self) -> dict[str, Any]:
        """The same for the audit trail."""
        return {
            "product": self.product_id, "packs": self.packs, "per_pack": self.per_pack,
            "expected_on": str(self.expected_on or ""), "price": _money(self.price),
        }  # fmt: skip


@once
def draft_order(
    site_id: int,
    *,
    supplier_id: int,
    lines: Sequence[NewLine] = (),
    remark: str = "",
    at: datetime,
    by: Actor,
) -> PurchaseOrder:
    """Begin an order to a supplier, numbered within its site; nothing is on order before it is sent."""
    by.must(Permission.ORDER_STOCK)
    supplier = in_use(supplier_id)
    for line in lines:
        _may_order(site_id, line, at)
    exclusive(f"purchase orders of site {site_id}")
    last = db.session.scalar(db.select(db.func.max(PurchaseOrder.number)).filter_by(site_id=site_id)) or 0
    row = PurchaseOrder(
        site_id=site_id,
        number=last + 1,
        supplier_id=supplier_id,
        state="draft",
        remark=remark,
        created_at=at,
        created_by_id=by.person_id,
        reason="",
    )
    db.session.add(row)
    db.session.flush()
    db.session.add_all(_line(row.id, number, line) for number, line in enumerate(lines, 1))
    new = {"order": row.code, "supplier": supplier.name, "lines": [line.told for line in lines]}
    record("stock.draft_order", row, by=by, at=at, new=new)
    db.session.flush()
    return row


@once
def add_line(
    order_id: int, line: NewLine, *, reason: str = "", version: int | None = None, at: datetime, by: Actor
) -> PurchaseOrderLine:
    """Add to an order; to one that was sent as a change with its reason."""
    order = _taken(order_id, "add", version, by)
    _may_order(order.row.site_id, line, at)
    row = _line(order.row.id, max((one.row.number for one in order.lines), default=0) + 1, line)
    db.session.add(row)
    db.session.flush()
    _changed(order, row, {"added": ("", _count(line.packs, line.per_pack))}, reason=reason, at=at, by=by)
    record("stock.add_order_line", order.row, by=by, at=at, new=line.told, reason=reason)
    return row


@once
def change_line(
    line_id: int,
    *,
    packs: int,
    expected_on: date | None,
    price: Money | None,
    reason: str = "",
    version: int | None = None,
    at: datetime,
    by: Actor,
) -> PurchaseOrderLine:
    """Change packs, day or price of a line; of an order that was sent with a reason, and kept to be read.

    Refuses fewer packs than have come, a day that has passed, and a change that changes nothing.
    """
    order, line = queries.order_of_line(line_id, by.site_id, locked=True)
    _may(order, "change", version, by)
    _packs(packs)
    _price(order.row.site_id, price, at)
    if expected_on != line.row.expected_on:
        _expected(order.row.site_id, expected_on, at)
    if order.row.state != "draft" and packs * line.row.per_pack < line.received + line.row.cancelled:
        raise refusals.below_received(line, packs)
    new = {"packs": packs, "expected_on": expected_on, **_columns(price)}
    changes = _differences(line, packs, expected_on, price)
    if not changes:
        raise refusals.nothing_new(f"line {line.row.number}")
    old = {what: str(getattr(line.row, what)) for what in new}
    for what, value in new.items():
        setattr(line.row, what, value)
    if order.row.state == "draft":
        line.row.cancelled = 0  # what was dropped of a draft and is asked for again
    _changed(order, line.row, changes, reason=reason, at=at, by=by)
    told = {what: str(value) for what, value in new.items()}
    record("stock.change_order_line", order.row, by=by, at=at, old=old, new=told, reason=reason)
    return line.row


@once
def drop_line(
    line_id: int, *, reason: str = "", version: int | None = None, at: datetime, by: Actor
) -> PurchaseOrderLine:
    """Call off what is outstanding of a line; of an order that was sent with a reason."""
    order, line = queries.order_of_line(line_id, by.site_id, locked=True)
    _may(order, "change", version, by)
    if not line.outstanding:
        raise refusals.nothing_outstanding(line)
    change = {"called_off": (str(line.outstanding), "0")}
    line.row.cancelled += line.outstanding
    _changed(order, line.row, change, reason=reason, at=at, by=by)
    new = {"line": line.row.number, "cancelled": line.row.cancelled}
    record("stock.drop_order_line", order.row, by=by, at=at, new=new, reason=reason)
    return line.row


@once
def send_order(order_id: int, *, version: int | None = None, at: datetime, by: Actor) -> PurchaseOrder:
    """Record that an order went to its supplier: from here on it counts as on order.

    Refuses an order of nothing, of a product that was withdrawn, and a delivery expected before today.
    """
    order = _taken(order_id, "send", version, by)
    lines = [line for line in order.lines if not line.is_dropped]
    if not lines:
        raise refusals.no_lines(order)
    in_use(order.supplier.id)
    for line in lines:
        _expected(order.row.site_id, line.row.expected_on, at)
        if queries.is_withdrawn(line.product):
            raise refusals.withdrawn(line.product)
    order.row.state, order.row.sent_at, order.row.sent_by_id = "sent", at, by.person_id
    new = {"order": order.row.code, "supplier": order.supplier.name, "lines": len(lines)}
    record("stock.send_order", order.row, by=by, at=at, new=new)
    db.session.flush()
    return order.row


@once
def cancel_order(
    order_id: int, *, reason: str, version: int | None = None, at: datetime, by: Actor
) -> PurchaseOrder:
    """Call off all that is outstanding of an order, with a reason; what has come stays received."""
    order = _taken(order_id, "cancel", version, by)
    if not reason.strip():
        raise refusals.no_reason(f"Cancelling {order.row.code}")
    left = {f"line {line.row.number}": line.outstanding for line in order.lines if line.outstanding}
    for line in order.lines:
        line.row.cancelled += line.outstanding
    order.row.state, order.row.reason = "cancelled", reason
    order.row.ended_at, order.row.ended_by_id = at, by.person_id
    change = PurchaseOrderChange(
        order_id=order.row.id, what="cancelled", before="", after="", reason=reason, at=at, by_id=by.person_id
    )
    db.session.add(change)
    new = {"order": order.row.code, "outstanding": left}
    record("stock.cancel_order", order.row, by=by, at=at, new=new, reason=reason)
    db.session.flush()
    return order.row


def _taken(order_id: int, act: str, version: int | None, by: Actor) -> Order:
    order = queries.order(order_id, by.site_id, locked=True)
    _may(order, act, version, by)
    return order


def _may(order: Order, act: str, version: int | None, by: Actor) -> None:
    by.must(Permission.ORDER_STOCK)
    expect_version(order.row, version)
    if not allowed(order.state, act):
        raise refusals.not_now(order, act)


def _may_order(site_id: int, line: NewLine, at: datetime) -> None:
    product = catalogue.product(line.product_id)
    if queries.is_withdrawn(product):
        raise refusals.withdrawn(product)
    _packs(line.packs)
    sizes = queries.pack_levels([product.id])[product.id]
    if line.per_pack not in sizes:
        raise refusals.no_such_pack(product, line.per_pack, sizes)
    _expected(site_id, line.expected_on, at)
    _price(site_id, line.price, at)


def _packs(packs: int) -> None:
    if not 1 <= packs <= MOST_PACKS:
        raise refusals.not_a_count("packs", "packs", packs, MOST_PACKS)


def _expected(site_id: int, expected_on: date | None, at: datetime) -> None:
    today = accounts.day_at(site_id, at)
    if expected_on is not None and expected_on < today:
        raise refusals.expected_past(expected_on, today)


def _price(site_id: int, price: Money | None, at: datetime) -> None:
    if price is not None and price.currency != accounts.currency(site_id, at):
        raise price_labels.not_its_currency(price.currency.code)


def _line(order_id: int, number: int, line: NewLine) -> PurchaseOrderLine:
    return PurchaseOrderLine(
        order_id=order_id,
        number=number,
        product_id=line.product_id,
        packs=line.packs,
        per_pack=line.per_pack,
        expected_on=line.expected_on,
        cancelled=0,
        **_columns(line.price),
    )


def _columns(price: Money | None) -> dict[str, Any]:
    if price is None:
        return {"minor": None, "currency": ""}
    return {"minor": int(price.minor), "currency": price.currency.code}


def _differences(
    line: Ordered, packs: int, expected_on: date | None, price: Money | None
) -> dict[str, tuple[str, str]]:
    """What a change changes: from what to what, as the page of the order tells it."""
    row = line.row
    pairs = {
        "packs": (_count(row.packs, row.per_pack), _count(packs, row.per_pack)),
        "expected_on": (str(row.expected_on or ""), str(expected_on or "")),
        "price": (_money(price_labels.agreed(row)), _money(price)),
    }
    return {what: pair for what, pair in pairs.items() if pair[0] != pair[1]}


def _changed(
    order: Order,
    line: PurchaseOrderLine,
    changes: dict[str, tuple[str, str]],
    *,
    reason: str,
    at: datetime,
    by: Actor,
) -> None:
    """Keep what was changed where the order was sent, and make the order a new version either way."""
    flag_modified(order.row, "remark")
    if order.state != "draft":
        if not reason.strip():
            raise refusals.no_reason(f"A change of {order.row.code}, which was sent,")
        for what, (before, after) in changes.items():
            told = {"before": before, "after": after, "reason": reason, "at": at, "by_id": by.person_id}
            row = PurchaseOrderChange(order_id=order.row.id, line_id=line.id, what=what, **told)
            db.session.add(row)
    db.session.flush()


def _count(packs: int, per_pack: int) -> str:
    return f"{packs} × {per_pack}"


def _money(price: Money | None) -> str:
    return "" if price is None else f"{plain_money(price)} {price.currency.code}"
