"""What was paid, in words: deliveries of a lot, what is left of it in money, and why a price is refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from formulary.accounts import queries as accounts
from formulary.catalogue.models import Product
from formulary.rules.findings import Refused, refuse
from formulary.rules.lot_status import day_words
from formulary.rules.units import Currency, Dimension, Money, Quantity, currency, show, show_money
from formulary.stock.labels.containers import container_count, container_word
from formulary.stock.models import Lot, Price, PurchaseOrderLine
from formulary.stock.queries import Paid, Prices, Receipt

TIMES = "\N{MULTIPLICATION SIGN}"
UNDECIDED = "This site has not decided its currency."
WHERE_TO_DECIDE = "An administrator decides it on the page of the clinic, under Policies, Currency."


@dataclass(frozen=True)
class PriceEntry:
    """One price that was recorded, who did it, and why it was corrected."""

    words: str
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class CameLine:
    """One delivery of a lot: what came with it, and its prices, the one that counts first."""

    receipt: Receipt
    quantity: Quantity
    containers: str
    prices: Sequence[PriceEntry]


@dataclass(frozen=True)
class Worth:
    """An amount of money with its words and where it comes from; None where no price is on record."""

    money: Money | None
    why: str


def came_lines(lot: Lot, receipts: Sequence[Receipt], mark: str) -> list[CameLine]:
    """The deliveries of a lot to this site."""
    names = accounts.person_names({price.by_id for each in receipts for price in each.prices})
    return [
        CameLine(
            each,
            lot.quantity(each.quantity),
            container_count(lot.product, each.quantity),
            [_entry(price, lot.product, names, mark) for price in each.prices],
        )
        for each in receipts
    ]


def money_of(price: Price) -> Money:
    """A price as it was recorded, in its own currency."""
    return Money(Fraction(price.minor), currency(price.currency))


def agreed(line: PurchaseOrderLine) -> Money | None:
    """What a pack of an order's line is to cost, as agreed; None where nothing was."""
    return None if line.minor is None else Money(Fraction(line.minor), currency(line.currency))


def _entry(price: Price, product: Product, names: dict[int, str], mark: str) -> PriceEntry:
    word = container_word(product) + ("" if price.per_pack == 1 else "s")
    words = f"{show_money(money_of(price), mark)} for a pack of {price.per_pack:,} {word}"
    return PriceEntry(words, names.get(price.by_id, ""), price.recorded_at, price.reason)


def left_worth(lot: Lot, left: Quantity, prices: Prices, mark: str) -> Worth:
    """What is left of a lot at the site, in money, by what was paid for the lot."""
    if prices.currency is None:
        return Worth(None, f"{UNDECIDED} {WHERE_TO_DECIDE}")
    paid = prices.by_lot.get(lot.id)
    if paid is None:
        return Worth(None, f"No price in {prices.currency.code} is on record for this lot.")
    return Worth(paid.of(left.steps), worked_out(left, paid, mark))


def worked_out(quantity: Quantity, paid: Paid, mark: str) -> str:
    """How the cost of a quantity is worked out: "0.5 mL × 12.00 EUR ÷ 5 mL = 1.20 EUR"."""
    cost = show_money(paid.of(quantity.steps), mark)
    return f"{show(quantity, mark=mark)} {TIMES} {paid_words(paid, quantity.dimension, mark)} = {cost}"


def paid_words(paid: Paid, dimension: Dimension, mark: str) -> str:
    """What was paid for how much: "12.00 EUR ÷ 5 mL"."""
    together = f" ({paid.deliveries} deliveries together)" if paid.deliveries > 1 else ""
    held = show(Quantity(paid.steps, dimension), mark=mark)
    return f"{show_money(paid.money, mark)}{together} ÷ {held}"


def last_known(paid: Paid) -> str:
    """That a price is the last known one of the product, of which lot and since when."""
    return f"last known price of the product, lot {paid.lot}, {day_words(paid.received_at.date())}"


def no_price(what: str, currency: Currency | None) -> str:
    """That nobody can say what it costs, and why."""
    if currency is None:
        return f"{what}: {UNDECIDED}"
    return f"{what}: no price in {currency.code} is on record."


def not_its_currency(code: str) -> Refused:
    """A price in another currency than the site keeps its prices in."""
    why = f"{code} is not the currency of this site."
    return refuse("price.other_currency", code, why, "Load the page again and type it anew.", field="price")


def priced_meanwhile() -> Refused:
    """Somebody recorded another price since the page was opened."""
    why = "Somebody has recorded a price of this delivery since you opened this page."
    return refuse("price.changed_meanwhile", "price", why, "Look at it again, then correct it.")


def no_reason_for_price() -> Refused:
    """A correction says why."""
    why = "A price is on record, and a correction of it needs a reason."
    return refuse("price.reason_missing", "price", why, "Say what was wrong.", field="reason")


def same_price() -> Refused:
    """Nothing would change."""
    why = "This is the price on record."
    return refuse("price.same", "price", why, "Nothing is left to do.", field="price")
