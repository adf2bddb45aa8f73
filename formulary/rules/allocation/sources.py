"""What each source can still give: its open vial, or its containers one by one, less what others take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from formulary.rules.allocation.picks import Pick, is_for_one, source_key
from formulary.rules.facts import SitePolicies, Stock
from formulary.rules.lot_status import free
from formulary.rules.units import Quantity, total


@dataclass(frozen=True, slots=True)
class Asked:
    """What is needed, when, for whom; `taken` are the picks of the lines before."""

    need: Quantity
    at: datetime
    for_patient: int | None
    for_ref: str | None
    policies: SitePolicies
    smallest: Quantity
    taken: tuple[Pick, ...] = ()

    @property
    def nothing(self) -> Quantity:
        """None of it."""
        return Quantity.zero(self.need.dimension)


@dataclass(frozen=True, slots=True)
class Container:
    """One container of a source: the open vial, one that a line before opens, or a sealed one."""

    stock: Stock
    number: int
    gives: Quantity
    left: Quantity | None = None

    @property
    def is_new(self) -> bool:
        """Whether it would be opened now."""
        return self.stock.opened_at is None and self.left is None


def containers(stock: Stock, asked: Asked) -> Iterator[Container]:
    """The containers of a source in the order of use, each with what it can give; not more than would do."""
    mine = _of(stock, asked.taken)
    left = available(stock, asked)
    if stock.opened_at is not None:
        yield Container(stock, 1, left, _rest(mine) if mine else None)
        return
    numbers = sorted({pick.container for pick in mine})
    for number in numbers:
        rest = _rest([pick for pick in mine if pick.container == number])
        yield Container(stock, number, min(rest, left), rest)
        left = left - min(rest, left)
    yield from _sealed(stock, left, asked, len(numbers))


def _sealed(stock: Stock, left: Quantity, asked: Asked, begun: int) -> Iterator[Container]:
    """Containers that nobody has begun; one of them where what it holds is not known."""
    size, wanted = stock.one_container, asked.need
    if size is None or size.is_zero:
        if left.steps > 0 and not begun:
            yield Container(stock, 1, left)
        return
    for number in range(begun + 1, _lying(stock, size, asked) + 1):
        gives = min(size, left)
        if gives.steps <= 0 or wanted.steps <= 0:
            return
        yield Container(stock, number, gives)
        left, wanted = left - gives, wanted - gives


def _lying(stock: Stock, size: Quantity, asked: Asked) -> int:
    """How many sealed containers lie there for this asker; one promised in part may still be shared."""
    lying = -(-stock.remaining.steps // size.steps)
    if not is_for_one(stock, asked.policies):
        return lying
    return lying + -(stock.remaining - free(stock, asked.for_ref)).steps // size.steps


def available(stock: Stock, asked: Asked) -> Quantity:
    """What is free for this asker and not taken by the lines before; never less than nothing."""
    left = free(stock, asked.for_ref)
    if asked.taken:
        gone = (pick.quantity for pick in _of(stock, asked.taken))
        left = left - total(gone, asked.need.dimension)
    return left if left.steps > 0 else asked.nothing


def left_before(stock: Stock, container: int, taken: Iterable[Pick]) -> Quantity | None:
    """What these picks leave in a container of a source; None where they take nothing of it."""
    mine = [pick for pick in _of(stock, taken) if pick.container == container]
    return _rest(mine) if mine else None


def _of(stock: Stock, taken: Iterable[Pick]) -> list[Pick]:
    """Those picks that are of this source."""
    if not taken:
        return []
    key = source_key(stock)
    return [pick for pick in taken if source_key(pick.stock) == key]


def _rest(mine: Sequence[Pick]) -> Quantity:
    """What is left in a container after these picks of it, the first of which found it as it was."""
    first, nothing = mine[0], Quantity.zero(mine[0].quantity.dimension)
    return max(first.holds - total((pick.quantity for pick in mine), first.quantity.dimension), nothing)


def first_fit(quantities: Iterable[int], size: int) -> tuple[int, ...]:
    """Into which container of this size each of these goes: the first that still holds it, as at the bench.

    They are counted from 1; what is larger than a container has one of its own.
    """
    left: list[int] = []
    found = []
    for quantity in quantities:
        number = next((n for n, rest in enumerate(left) if quantity <= rest), len(left))
        if number == len(left):
            left.append(size)
        left[number] -= quantity
        found.append(number + 1)
    return tuple(found)


def containers_for(quantities: Iterable[int], size: int) -> int:
    """How many containers of this size are opened for these quantities."""
    return max(first_fit(quantities, size), default=0)
