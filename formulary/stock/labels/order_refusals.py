"""Every refusal about suppliers, stock levels and orders: what came, why not, and what would do."""

from collections.abc import Collection
from datetime import date

from formulary.catalogue.models import Product
from formulary.rules.findings import Finding, Fix, Level, Refused, joined, refuse
from formulary.rules.lot_status import day_words
from formulary.rules.reordering import CHANGED
from formulary.stock.labels.containers import container_word
from formulary.stock.models import Supplier
from formulary.stock.queries import Order, Ordered

STATES = {
    "draft": "a draft",
    "sent": "sent",
    "partly_received": "partly received",
    "received": "received",
    "cancelled": "cancelled",
}
WITHOUT_ORDER = Fix("Receive it without an order", "order_line_id", "")


def name_taken(other: Supplier) -> Refused:
    """One supplier is one row, however it is typed."""
    why = f"{other.name} is on record already."
    return refuse("supplier.name_taken", other.name, why, "Open that supplier.", field="name")


def no_name(name: str) -> Refused:
    """A name without a letter or figure names nobody."""
    why = f"“{name}” holds no letter or figure."
    return refuse("supplier.no_name", "supplier", why, "Type the name on the delivery note.", field="name")


def out_of_use(supplier: Supplier) -> Refused:
    """A supplier that nobody orders from any more."""
    why = f"{supplier.name} is out of use."
    remedy = "Choose another supplier, or put this one into use again."
    return refuse("supplier.out_of_use", supplier.name, why, remedy, field="supplier_id")


def target_below(minimum: int, target: int) -> Refused:
    """What is filled up to is not less than what triggers it."""
    why = f"The minimum of {minimum:,} is above the target of {target:,}."
    remedy = f"Type a target of {minimum:,} or more, or a minimum of {target:,} or less."
    return refuse("level.target_below_minimum", "target", why, remedy, field="target")


def no_such_pack(product: Product, per_pack: int, levels: Collection[int]) -> Refused:
    """A pack that the product does not come in, as far as anybody knows."""
    word = container_word(product)
    known = joined([f"{size:,}" for size in sorted(levels)], "or")
    why = f"No pack of {per_pack:,} {word}s of {product.name} is on record."
    remedy = f"Choose a pack of {known}; another one is learned when its code is scanned at receiving."
    return refuse("order.no_such_pack", product.name, why, remedy, field="per_pack")


def withdrawn(product: Product) -> Refused:
    """The catalogue says that it cannot be had."""
    why = f"The catalogue says that {product.name} is {product.status}."
    return refuse("order.product_withdrawn", product.name, why, "Order another product.", field="product_id")


def not_now(order: Order, act: str) -> Refused:
    """An act that does not follow the state of the order."""
    why = f"{order.row.code} is {STATES[order.state]}, so it cannot be {CHANGED[act]}."
    return refuse(f"order.not_{act}", order.row.code, why, "Nothing was changed. Load the page again.")


def no_lines(order: Order) -> Refused:
    """An order of nothing."""
    why = f"{order.row.code} has no lines."
    return refuse("order.no_lines", order.row.code, why, "Add what is ordered first.")


def expected_past(expected_on: date, today: date) -> Refused:
    """A delivery that is expected on a day that has passed."""
    why = f"It is expected on {day_words(expected_on)}, and that day has passed."
    remedy = f"Type {day_words(today)} or a later day, or leave it empty while it is unknown."
    return refuse("order.expected_past", "expected on", why, remedy, field="expected_on")


def no_reason(what: str) -> Refused:
    """What was sent is changed with a reason only."""
    return refuse("order.reason_missing", what, f"{what} needs a reason.", "Say why.", field="reason")


def nothing_new(what: str) -> Refused:
    """A change that changes nothing."""
    return refuse("order.same", what, f"Nothing of {what} would change.", "Change it, or leave the page.")


def below_received(line: Ordered, packs: int) -> Refused:
    """What has come was ordered."""
    word = container_word(line.product)
    asked = packs * line.row.per_pack
    gone = line.received + line.row.cancelled
    why = f"{gone:,} {word}s have come or were called off, and {asked:,} would be ordered."
    least = -(-gone // line.row.per_pack)
    return refuse("order.below_received", "packs", why, f"Type {least:,} packs or more.", field="packs")


def nothing_outstanding(line: Ordered) -> Refused:
    """Nothing is left to call off."""
    why = f"Nothing of line {line.row.number} is outstanding."
    return refuse("order.nothing_outstanding", "line", why, "Nothing is left to do.")


def not_a_count(name: str, field: str, came: int, most: int) -> Refused:
    """A number of packs or containers that no order has."""
    why = f"{came:,} is no number of {name}."
    return refuse("quantity.not_a_count", name, why, f"Type 1 to {most:,}.", field=field)


def other_product(order: Order, line: Ordered, came: Product) -> Finding:
    """What came is not what the line orders."""
    ordered = f"Line {line.row.number} of {order.row.code} orders {line.product.name}"
    why = f"{ordered}, and what came is {came.name}."
    remedy = "Choose the line of what came, or receive it without an order. Nothing was booked."
    return Finding(
        "order.other_product", came.name, why, remedy, level=Level.BLOCK, fixes=(WITHOUT_ORDER,)
    )  # fmt: skip


def other_supplier(order: Order, came: str) -> Finding:
    """Somebody else brought it than it was ordered from."""
    why = f"{order.row.code} went to {order.supplier.name}, and “{came}” brought it."
    remedy = "Correct the supplier, or say why it is right."
    return Finding("order.other_supplier", order.row.code, why, remedy, level=Level.WARN)


def over_delivered(order: Order, line: Ordered, came: int) -> Finding:
    """More came than is outstanding."""
    word = container_word(line.product)
    came_words = f"{came:,} {word}{'' if came == 1 else 's'} came"
    where = f"line {line.row.number} of {order.row.code}"
    why = f"{came_words}, and {line.outstanding:,} of {where} are outstanding."
    remedy = "Count again, or say why more came."
    return Finding("order.over_delivered", order.row.code, why, remedy, level=Level.WARN)


def not_open(order: Order) -> Finding:
    """An order that nothing is received against."""
    why = f"{order.row.code} is {STATES[order.state]}, so nothing is received against it."
    remedy = "Receive it without an order. Nothing was booked."
    return Finding(
        "order.not_open", order.row.code, why, remedy, level=Level.BLOCK, fixes=(WITHOUT_ORDER,)
    )  # fmt: skip
