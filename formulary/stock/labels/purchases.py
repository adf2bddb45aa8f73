"""The purchase list by supplier, and orders, in words and money; what they cost where it is known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from formulary.accounts import queries as accounts
from formulary.rules.lot_status import day_words
from formulary.rules.units import Money, plain_money, show_money
from formulary.stock.labels.prices import agreed
from formulary.stock.labels.supply import SupplyRow, counted, packs_of, supply_row
from formulary.stock.models import PurchaseOrderChange, Supplier
from formulary.stock.queries import OnOrder, Order, Ordered, Prices, Supply
from formulary.web.sheets import Cell

CHANGES = {
    "added": "added",
    "packs": "packs",
    "expected_on": "expected on",
    "price": "price of a pack",
    "called_off": "called off",
    "cancelled": "the rest was cancelled",
}
PURCHASE_HEADER = (
    "Supplier", "Product", "Packs", "Containers in a pack", "Containers", "GTIN of the pack",
    "Price of a pack, last paid", "Currency", "Usable now", "On order", "Minimum", "Target", "Why",
)  # fmt: skip


@dataclass(frozen=True)
class Total:
    """A sum in one currency; `at_least` where the price of something in it is unknown."""

    money: Money | None
    at_least: bool

    def words(self, mark: str) -> str:
        """ "120.00 EUR", "at least 120.00 EUR", or unknown."""
        if self.money is None:
            return "unknown" if self.at_least else ""
        return f"{'at least ' if self.at_least else ''}{show_money(self.money, mark)}"


@dataclass(frozen=True)
class Buy:
    """A line of the purchase list: what to order, and what a pack and all of them cost by the last price."""

    row: SupplyRow
    pack_price: Money | None
    cost: Money | None


@dataclass(frozen=True)
class Group:
    """What is to be ordered from one supplier; None: nobody has said from whom."""

    supplier: Supplier | None
    buys: Sequence[Buy]
    totals: Sequence[Total]


@dataclass(frozen=True)
class LineRow:
    """A line of an order as its page shows it."""

    line: Ordered
    ordered: str
    received: str
    outstanding: str
    state: str
    words: str
    price: Money | None
    cost: Money | None


@dataclass(frozen=True)
class OrderRow:
    """An order in a list and at the head of its page."""

    order: Order
    state: str
    due: str
    is_overdue: bool
    created_by: str
    sent_by: str
    ended_by: str
    lines: Sequence[LineRow]
    totals: Sequence[Total]


@dataclass(frozen=True)
class ChangeRow:
    """One change of an order after it was sent."""

    at: datetime
    by: str
    words: str
    reason: str


def groups(supplies: Iterable[Supply], prices: Prices, mark: str) -> list[Group]:
    """The purchase list: what is to be ordered, by supplier, those without one last."""
    found: dict[int, list[Buy]] = {}
    names: dict[int, Supplier | None] = {}
    for one in supplies:
        if one.plan.packs and not one.is_withdrawn:
            key = one.supplier.id if one.supplier else 0
            names[key] = one.supplier
            found.setdefault(key, []).append(_buy(one, prices, mark))
    order = sorted(found, key=lambda key: (key == 0, names[key].folded if names[key] else ""))  # type: ignore[union-attr]
    return [Group(names[key], found[key], totals(buy.cost for buy in found[key])) for key in order]


def totals(costs: Iterable[Money | None]) -> list[Total]:
    """The sums of these costs, one per currency; an unknown cost makes each "at least"."""
    known, unknown = {}, False
    for cost in costs:
        if cost is None:
            unknown = True
        else:
            known[cost.currency.code] = (
                known[cost.currency.code] + cost if cost.currency.code in known else cost
            )
    if not known:
        return [Total(None, True)] if unknown else []
    return [Total(money, unknown) for _, money in sorted(known.items())]


def purchase_cells(group: Group, buy: Buy) -> tuple[Cell, ...]:
    """A row of the purchase list for a spreadsheet; the price is a number, its currency stands beside it."""
    supply, row = buy.row.supply, buy.row
    plan, level = supply.plan, supply.level
    price = buy.pack_price
    return (
        group.supplier.name if group.supplier else "",
        supply.product.name,
        plan.packs,
        plan.per_pack,
        plan.containers,
        supply.pack.gtin if supply.pack else "",
        None if price is None else Decimal(plain_money(price)),
        "" if price is None else price.currency.code,
        row.usable,
        plan.coming,
        level.minimum if level else None,
        level.target if level else None,
        " ".join(row.why),
    )


def order_rows(orders: Sequence[Order], today: date) -> list[OrderRow]:
    """Orders with their people, read once for all of them."""
    people = (
        person
        for one in orders
        for person in (one.row.created_by_id, one.row.sent_by_id, one.row.ended_by_id)
        if person
    )
    names = accounts.person_names(set(people))
    return [_order_row(one, names, today) for one in orders]


def change_rows(order: Order, changes: Sequence[PurchaseOrderChange]) -> list[ChangeRow]:
    """What was changed after sending, the newest first."""
    names = accounts.person_names({row.by_id for row in changes})
    numbers = {line.row.id: line.row.number for line in order.lines}
    return [ChangeRow(row.at, names.get(row.by_id, ""), _change(row, numbers), row.reason) for row in changes]


def offered_line(one: OnOrder) -> str:
    """An open line as the receiving page offers it: "PO-3, line 1: 30 vials of X from Medisud to come"."""
    left = counted(one.line.product, one.line.outstanding)
    due = one.line.row.expected_on
    when = f", expected {day_words(due)}" if due else ""
    where = f"{one.order.code}, line {one.line.row.number}"
    return f"{where}: {left} of {one.line.product.name} from {one.supplier.name} to come{when}"


def _buy(supply: Supply, prices: Prices, mark: str) -> Buy:
    plan, paid = supply.plan, prices.last.get(supply.product.id)
    pack = paid.of(plan.per_pack * supply.content) if paid and supply.product.content else None
    return Buy(supply_row(supply, mark), pack, pack * (plan.packs or 0) if pack else None)


def _order_row(order: Order, names: dict[int, str], today: date) -> OrderRow:
    lines, due = [_line_row(line, order, today) for line in order.lines], order.due_on
    open_one = order.state in {"sent", "partly_received"}
    return OrderRow(
        order=order,
        state=order.state,
        due=day_words(due) if due else "",
        is_overdue=bool(open_one and due and due < today),
        created_by=names.get(order.row.created_by_id, ""),
        sent_by=names.get(order.row.sent_by_id or 0, ""),
        ended_by=names.get(order.row.ended_by_id or 0, ""),
        lines=lines,
        totals=totals(row.cost for row in lines if not row.line.is_dropped),
    )


def _line_row(line: Ordered, order: Order, today: date) -> LineRow:
    product, price = line.product, agreed(line.row)
    wanted = line.row.ordered - line.row.cancelled
    return LineRow(
        line=line,
        ordered=packs_of(product, line.row.packs, line.row.per_pack),
        received=counted(product, line.received) if line.received else "none",
        outstanding=counted(product, line.outstanding) if line.outstanding else "none",
        **_line_state(line, order, today),
        price=price,
        cost=None if price is None else price * Fraction(wanted, line.row.per_pack),
    )


def _line_state(line: Ordered, order: Order, today: date) -> dict[str, str]:
    if line.is_dropped:
        return {"state": "cancelled", "words": "called off"}
    if order.state == "draft":
        return {"state": "draft", "words": "not sent yet"}
    if not line.outstanding:
        over = f", {counted(line.product, line.over)} on top" if line.over else ""
        rest = f", {counted(line.product, line.row.cancelled)} called off" if line.row.cancelled else ""
        return {"state": "received", "words": f"received{over}{rest}"}
    due = line.row.expected_on
    if due is not None and due < today:
        return {"state": "warn", "words": f"overdue since {day_words(due)}"}
    return {"state": "sent", "words": f"expected {day_words(due)}" if due else "expected, no day is known"}


def _change(row: PurchaseOrderChange, numbers: dict[int, int]) -> str:
    if row.line_id is None:
        return CHANGES[row.what]
    what = f"line {numbers.get(row.line_id, '')}: {CHANGES[row.what]}"
    if row.what == "called_off":
        return f"{what}, {row.before} were outstanding"
    if row.what == "added":
        return f"{what} {row.after}"
    return f"{what} {row.before or 'unknown'} → {row.after or 'unknown'}"
