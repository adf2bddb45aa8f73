"""What was drawn for a cocktail, in money: the bench above tells what it drew, line by line."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from formulary.cocktails.labels.costs import Costs, LineCost
from formulary.cocktails.models import Cocktail
from formulary.rules.units import Money
from formulary.stock import queries as stock
from formulary.stock.labels import prices as labels
from formulary.stock.models import Lot
from formulary.stock.queries import Paid, Prices


@dataclass(frozen=True)
class Drawn:
    """So many of a lot's steps that left it for a line: the ingredient's, or its diluent's."""

    line_number: int
    lot_id: int
    quantity: int


Teller = Callable[[int], Sequence[Drawn]]
_tellers: list[Teller] = []


def tells_what_was_drawn(teller: Teller) -> Teller:
    """Register who tells what was drawn for a cocktail, by its id: nothing undone is among it."""
    _tellers.append(teller)
    return teller


def drawn_costs(cocktail: Cocktail, *, at: datetime, mark: str) -> Costs | None:
    """What was drawn for it, scrapped attempts included; None before the first draw."""
    drawn = [each for teller in _tellers for each in teller(cocktail.id)]
    if not drawn:
        return None
    lots = stock.lots_by_id({each.lot_id for each in drawn})
    products = {lot.product_id for lot in lots.values()}
    prices = stock.prices(cocktail.site_id, at, lots=lots.keys(), products=products)
    numbers = sorted({each.line_number for each in drawn})
    lines = tuple(_line(number, drawn, lots, prices, mark) for number in numbers)
    return Costs(prices.currency, lines, len(lines), mark)


def _line(number: int, drawn: Sequence[Drawn], lots: dict[int, Lot], prices: Prices, mark: str) -> LineCost:
    parts = [_part(each, lots[each.lot_id], prices, mark) for each in drawn if each.line_number == number]
    known = [money for money, _ in parts if money is not None]
    whole = sum(known[1:], known[0]) if len(known) == len(parts) else None
    return LineCost(number, whole, None, tuple(words for _, words in parts), mark)


def _part(each: Drawn, lot: Lot, prices: Prices, mark: str) -> tuple[Money | None, str]:
    own, quantity = prices.by_lot.get(lot.id), lot.quantity(each.quantity)
    paid: Paid | None = own or prices.last.get(lot.product_id)
    if paid is None:
        return None, labels.no_price(str(lot), prices.currency)
    source = f"lot {lot.number}" if own else labels.last_known(paid)
    words = f"{lot.product.name}: {labels.worked_out(quantity, paid, mark)} ({source})."
    return paid.of(Fraction(each.quantity)), words
