"""What it would cost if it were prepared now: each line from the lots it would be drawn from, in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from formulary.cocktails.labels.sources import allocate_lines, is_countable
from formulary.rules.allocation import Allocation, Pick
from formulary.rules.facts import Cocktail
from formulary.rules.formulation import Solution, Solved
from formulary.rules.units import Currency, Money, Quantity, show_money
from formulary.stock.labels import prices as labels
from formulary.stock.queries import Paid, Prices, prices

UNKNOWN = "price unknown"


@dataclass(frozen=True)
class LineCost:
    """What is drawn for a line, and what is thrown away with it, in money; None where no price tells it."""

    number: int
    drawn: Money | None
    wasted: Money | None
    why: tuple[str, ...]
    mark: str

    @property
    def words(self) -> str:
        """The cost of what is drawn, or that its price is unknown."""
        return UNKNOWN if self.drawn is None else show_money(self.drawn, self.mark)


@dataclass(frozen=True)
class Costs:
    """The lines together, in the site's currency; None while it is not decided."""

    currency: Currency | None
    lines: tuple[LineCost, ...]
    lines_in_all: int
    mark: str

    def line(self, number: int) -> LineCost | None:
        """The cost of one line; None where the line could not be read."""
        return next((line for line in self.lines if line.number == number), None)

    @property
    def unpriced(self) -> int:
        """How many lines have no price."""
        return self.lines_in_all - len([line for line in self.lines if line.drawn is not None])

    @property
    def words(self) -> str:
        """The total, "at least …" while lines are without a price."""
        total = _sum(self.currency, (line.drawn for line in self.lines))
        if total is None:
            return "unknown" if self.currency is None else f"unknown{self._without()}"
        shown = show_money(total, self.mark)
        return f"at least {shown}{self._without()}" if self.unpriced else shown

    @property
    def state(self) -> str:
        """What is not known in full is never drawn as known."""
        return "unknown" if self.currency is None or self.unpriced else "info"

    @property
    def wasted_words(self) -> str:
        """What would be thrown away, in money: in addition to what is drawn."""
        total = _sum(self.currency, (line.wasted for line in self.lines))
        known = all(line.wasted is not None for line in self.lines) and len(self.lines) == self.lines_in_all
        if total is None or (total.is_nothing and not known):
            return "worth unknown" if self.currency else ""
        return f"{'' if known else 'at least '}{show_money(total, self.mark)}"

    @property
    def why(self) -> Sequence[str]:
        """Where the total comes from, line by line."""
        if self.currency is None:
            return (f"{labels.UNDECIDED} {labels.WHERE_TO_DECIDE}",)
        told = [words for line in self.lines for words in line.why]
        return (*told, f"Each is rounded to the smallest coin of {self.currency.code}, the sum is exact.")

    def _without(self) -> str:
        count = self.unpriced
        return f", {count} line{'' if count == 1 else 's'} without price" if count else ""


def costs_now(cocktail: Cocktail, solution: Solution, site_id: int) -> Costs:
    """What it would cost at a site, by the prices on record there."""
    lots = {source.lot_id for source in cocktail.stock}
    products = {line.product.id for line in cocktail.lines}
    return costs(cocktail, solution, prices(site_id, cocktail.at, lots=lots, products=products))


def costs(cocktail: Cocktail, solution: Solution, priced: Prices) -> Costs:
    """What each line costs by the lots that would be drawn, else by the last known price of its product."""
    mark = cocktail.policies.decimal_mark
    countable = [solved for solved in solution.lines if is_countable(solved)]
    found = allocate_lines(cocktail, countable, at=cocktail.at)
    by_line = {id(solved): each for solved, each in zip(countable, found.lines, strict=True)}
    thrown_away = {id(p): found.discarded(p, cocktail.policies) for each in found.lines for p in each.picks}
    asked = _Asked(priced, thrown_away, mark)
    lines = tuple(_line(solved, by_line.get(id(solved)), asked) for solved in solution.lines)
    return Costs(priced.currency, lines, len(cocktail.lines), mark)


@dataclass(frozen=True)
class _Asked:
    """The prices on record, and what is thrown away after each pick."""

    priced: Prices
    thrown_away: Mapping[int, Quantity | None]
    mark: str


def _line(solved: Solved, found: Allocation | None, asked: _Asked) -> LineCost:
    mark, priced = asked.mark, asked.priced
    if found is None:
        return LineCost(solved.number, None, None, (f"{solved.name}: what it takes is not known.",), mark)
    if not found.complete:
        return _not_in_stock(solved, found, priced, mark)
    parts = [_pick(solved, pick, asked) for pick in found.picks]
    drawn = sum_of_all(priced.currency, [part[0] for part in parts])
    wasted = sum_of_all(priced.currency, [part[1] for part in parts])
    return LineCost(solved.number, drawn, wasted, tuple(part[2] for part in parts), mark)


def _not_in_stock(solved: Solved, found: Allocation, priced: Prices, mark: str) -> LineCost:
    """Nothing usable lies on a shelf: the last known price of the product, and waste that nobody knows."""
    paid = priced.last.get(solved.line.product.id)
    if paid is None:
        return LineCost(solved.number, None, None, (labels.no_price(solved.name, priced.currency),), mark)
    why = f"{solved.name}: {_at_price(found.need, paid, mark)} ({labels.last_known(paid)})."
    return LineCost(solved.number, paid.of(found.need.steps), None, (why,), mark)


def _pick(solved: Solved, pick: Pick, asked: _Asked) -> tuple[Money | None, Money | None, str]:
    """What is drawn and what is thrown away of one container, and how that is worked out."""
    priced, mark, rest = asked.priced, asked.mark, asked.thrown_away[id(pick)]
    paid = priced.by_lot.get(pick.stock.lot_id)
    told, source = paid or priced.last.get(solved.line.product.id), f"lot {pick.stock.lot}"
    nothing = None if priced.currency is None else Money.nothing(priced.currency)
    if told is None:
        wasted = nothing if rest is not None and rest.is_zero else None
        return None, wasted, labels.no_price(f"{solved.name}, {source}", priced.currency)
    drawn, source = told.of(pick.quantity.steps), source if paid else labels.last_known(told)
    why = f"{solved.name}: {_at_price(pick.quantity, told, mark)} ({source})"
    if rest is None or rest.is_zero:
        return drawn, None if rest is None else nothing, f"{why}."
    return drawn, told.of(rest.steps), f"{why}; thrown away: {_at_price(rest, told, mark)}."


def _at_price(quantity: Quantity, paid: Paid, mark: str) -> str:
    return labels.worked_out(quantity, paid, mark)


def _sum(currency: Currency | None, parts: Iterable[Money | None]) -> Money | None:
    """What is known of these together; None where none of them is."""
    known = [part for part in parts if part is not None]
    return sum(known[1:], known[0]) if known and currency is not None else None


def sum_of_all(currency: Currency | None, parts: Sequence[Money | None]) -> Money | None:
    """These together; None where one of them is not known."""
    return None if any(part is None for part in parts) else _sum(currency, parts)
