"""What was drawn for a cocktail, in money: the bench above tells what it drew, line by line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from formulary.cocktails.labels.costs import Costs, LineCost, sum_of_all
from formulary.cocktails.models import Cocktail
from formulary.rules.units import Money
from formulary.stock import queries as stock
from formulary.stock.labels import prices as labels
from formulary.stock.models import Lot
from formulary.stock.queries import Paid, Prices


@dataclass(frozen=True)
class Drawn:
    """So many of a lot's steps that left it for a line, and when: the ingredient's, or its diluent's."""

    line_number: int
    lot_id: int
    quantity: int
    at: datetime


Teller = Callable[[int], Sequence[Drawn]]
_tellers: list[Teller] = []


def tells_what_was_drawn(teller: Teller) -> Teller:
    """Register who tells what was drawn for a cocktail, by its id: nothing undone is among it."""
    _tellers.append(teller)
    return teller


def drawn_costs(cocktail: Cocktail, *, at: datetime, mark: str) -> Costs | None:
    """What was drawn for it, scrapped attempts included; None before the first draw.

    Each draw costs what its lot had cost by then: a later delivery of the lot changes nothing of it.
    """
    drawn = [each for teller in _tellers for each in teller(cocktail.id)]
    if not drawn:
        return None
    lots = stock.lots_by_id({each.lot_id for each in drawn})
    priced = {when: _by(when, drawn, lots, cocktail.site_id, at) for when in {each.at for each in drawn}}
    currency = priced[drawn[0].at].currency
    numbers = sorted({each.line_number for each in drawn})
    lines = tuple(_line(number, drawn, lots, priced, mark) for number in numbers)
    return Costs(currency, lines, len(lines), mark)


def _by(
    when: datetime, drawn: Sequence[Drawn], lots: Mapping[int, Lot], site_id: int, at: datetime
) -> Prices:
    """The prices of what was drawn at one time, of the deliveries that had come by then."""
    mine = {each.lot_id for each in drawn if each.at == when}
    products = {lots[lot_id].product_id for lot_id in mine}
    return stock.prices(site_id, at, lots=mine, products=products, came_by=when)


def _line(
    number: int, drawn: Sequence[Drawn], lots: Mapping[int, Lot], priced: Mapping[datetime, Prices], mark: str
) -> LineCost:
    mine = [each for each in drawn if each.line_number == number]
    parts = [_part(each, lots[each.lot_id], priced[each.at], mark) for each in mine]
    whole = sum_of_all(priced[mine[0].at].currency, [money for money, _ in parts])
    return LineCost(number, whole, None, tuple(words for _, words in parts), mark)


def _part(each: Drawn, lot: Lot, prices: Prices, mark: str) -> tuple[Money | None, str]:
    own, quantity = prices.by_lot.get(lot.id), lot.quantity(each.quantity)
    paid: Paid | None = own or prices.last.get(lot.product_id)
    if paid is None:
        return None, labels.no_price(str(lot), prices.currency)
    source = f"lot {lot.number}" if own else labels.last_known(paid)
    words = f"{lot.product.name}: {labels.worked_out(quantity, paid, mark)} ({source})."
    return paid.of(Fraction(each.quantity)), words
