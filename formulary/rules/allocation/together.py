"""The lines of one cocktail together: what one takes is gone for the next, and it is all of them or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from formulary.rules.allocation.picks import Allocation, Pick, discarded, is_for_one, source_key
from formulary.rules.facts import SitePolicies, Stock
from formulary.rules.units import Quantity, total

Ask = Callable[[Sequence[Pick]], Allocation]


@dataclass(frozen=True, slots=True)
class ToKeep:
    """What is drawn of a source, and the `whole` containers that nobody else can use then."""

    stock: Stock
    drawn: Quantity
    whole: Quantity


@dataclass(frozen=True, slots=True)
class Together:
    """The allocations of several lines, in their order."""

    lines: tuple[Allocation, ...]

    @property
    def complete(self) -> bool:
        """Whether every line was found."""
        return all(line.complete for line in self.lines)

    @property
    def picks(self) -> tuple[Pick, ...]:
        """All picks of all lines; none at all where one of them is short."""
        return tuple(pick for line in self.lines for pick in line.picks) if self.complete else ()

    def discarded(self, pick: Pick, policies: SitePolicies) -> Quantity | None:
        """What is thrown away of its container after a pick: nothing where a later one draws from it too."""
        mine = [each for line in self.lines for each in line.picks if each.key == pick.key]
        return discarded(pick, policies) if mine[-1] is pick else Quantity.zero(pick.quantity.dimension)

    def to_keep(self, policies: SitePolicies) -> tuple[ToKeep, ...]:
        """What must be kept of each source: whole containers where nobody shares their rests."""
        stocks = {source_key(pick.stock): pick.stock for pick in self.picks}
        return tuple(self._kept(stock, policies) for stock in stocks.values())

    def _kept(self, stock: Stock, policies: SitePolicies) -> ToKeep:
        size, mine = stock.one_container, [p for p in self.picks if source_key(p.stock) == source_key(stock)]
        drawn = total((pick.quantity for pick in mine), mine[0].quantity.dimension)
        if size is None or stock.opened_at is not None or not is_for_one(stock, policies):
            return ToKeep(stock, drawn, drawn)
        return ToKeep(stock, drawn, size * len({pick.container for pick in mine}))


def line_by_line(asks: Iterable[Ask]) -> Together:
    """Ask for one line after the other; each is told the picks of those before it."""
    found: list[Allocation] = []
    for ask in asks:
        found.append(ask(tuple(pick for each in found for pick in each.picks)))
    return Together(tuple(found))
