"""The order of choice: what is open already, then as few new containers as will do, earliest expiry first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import takewhile

from formulary.rules.allocation.picks import Allocation, Pick, Refusal, is_for_one, source_key
from formulary.rules.allocation.sources import Asked, Container, available, containers
from formulary.rules.facts import SitePolicies, Stock
from formulary.rules.findings import Finding
from formulary.rules.lot_status import Bar, bars, day_words, end_of_day, moment_words
from formulary.rules.units import Quantity, show, total


def allocate(
    need: Quantity,
    candidates: Sequence[Stock],
    *,
    at: datetime,
    for_patient: int | None,
    may_split: bool,
    policies: SitePolicies,
    for_ref: str | None = None,
    smallest: Quantity | None = None,
    taken: Sequence[Pick] = (),
) -> Allocation:
    """Choose where `need` (above 0, in the ledger's dimension) is drawn from, whatever the candidates' order.

    One open vial that holds all comes first; else, where the line `may_split`, what is open is emptied in
    order, never by less than `smallest`, and the fewest sealed containers give the rest; else one container
    must hold all. `taken` are the picks of the lines before: what they take is gone, and what they open is
    open. Raises DimensionMismatch for a candidate in another dimension, ValueError for a need of nothing.
    """
    if need.steps <= 0:
        raise ValueError("An allocation needs an amount above nothing")
    total(_measured_otherwise(candidates, need), need.dimension)  # raises for another dimension
    nothing = Quantity.zero(need.dimension)
    least = nothing if smallest is None else smallest
    asked = Asked(need, at, for_patient, for_ref, policies, least, _of(taken, candidates))
    judged = [(each, _bars(each, asked)) for each in sorted(candidates, key=lambda each: _order(each, asked))]
    barred = [Refusal(each, "; ".join(b.words for b in bar), _findings(bar)) for each, bar in judged if bar]
    fit = [each for each, bar in judged if not bar]
    if picks := _chosen(fit, asked, may_split=may_split):
        return _answer(asked, picks, barred, [each for each in fit if not _picked(each, picks)], may_split)
    short = [Refusal(each, _too_little(each, asked)) for each in fit]
    missing = need - total((available(each, asked) for each in fit), need.dimension)
    return Allocation(need, (), (*barred, *short), missing=missing)


def _measured_otherwise(candidates: Iterable[Stock], need: Quantity) -> Iterator[Quantity]:
    return (each.remaining for each in candidates if each.remaining.dimension is not need.dimension)


def _of(taken: Sequence[Pick], candidates: Sequence[Stock]) -> tuple[Pick, ...]:
    keys = {source_key(each) for each in candidates}
    return tuple(pick for pick in taken if source_key(pick.stock) in keys)


def _bars(stock: Stock, asked: Asked) -> tuple[Bar, ...]:
    return bars(
        stock, at=asked.at, for_patient=asked.for_patient, policies=asked.policies, for_ref=asked.for_ref
    )


def _findings(found: Sequence[Bar]) -> tuple[Finding, ...]:
    return tuple(bar.finding for bar in found)


def _is_open(stock: Stock) -> bool:
    return stock.opened_at is not None


def in_turn(sources: Iterable[Stock]) -> list[Stock]:
    """Sources in the order in which any need takes them: open vials, then those that end first."""
    return sorted(sources, key=lambda each: (not _is_open(each), ends_at(each), *_names(each)))


def ends_at(stock: Stock) -> datetime:
    """Until when it may be used: its beyond-use date or the end of its printed day, whichever is first."""
    expiry = end_of_day(stock.expires_on, stock.zone)
    return expiry if stock.beyond_use_at is None else min(stock.beyond_use_at, expiry)


def _order(stock: Stock, asked: Asked) -> tuple[object, ...]:
    return (not _is_open(stock), ends_at(stock), _discard(stock, asked), *_names(stock))


def _names(stock: Stock) -> tuple[object, ...]:
    return stock.lot, stock.lot_id, stock.vial or "", stock.vial_id or 0, stock.place


def _discard(stock: Stock, asked: Asked) -> Quantity:
    """What would be thrown away if this source served the need: the rest of a container for one patient."""
    if not is_for_one(stock, asked.policies):
        return asked.nothing
    left = asked.need
    for each in containers(stock, asked):
        if each.gives >= left:
            return each.gives - left
        left = left - each.gives
    return asked.nothing


def _chosen(fit: Sequence[Stock], asked: Asked, *, may_split: bool) -> tuple[Pick, ...]:
    """The picks that sum to the need; none where it is not met."""
    if first := _first_open(fit, asked):
        return (_pick(first, asked.need, asked),)
    lying = [each for stock in fit for each in containers(stock, asked)]
    at_hand = sorted((each for each in lying if not each.is_new), key=lambda each: not _is_open(each.stock))
    new = [each for each in lying if each.is_new]
    whole = next((each for each in at_hand if each.gives >= asked.need), None)
    if whole is None and not may_split:
        whole = next((each for each in new if each.gives >= asked.need), None)
    if whole is not None:
        return (_pick(whole, asked.need, asked),)
    return tuple(_split(at_hand, new, asked)) if may_split else ()


def _first_open(fit: Sequence[Stock], asked: Asked) -> Container | None:
    """The first open vial that holds all: most needs look no further."""
    lying = (each for stock in takewhile(_is_open, fit) for each in containers(stock, asked))
    return next((each for each in lying if each.gives >= asked.need), None)


def _split(at_hand: Iterable[Container], new: Sequence[Container], asked: Asked) -> list[Pick]:
    """What is open is emptied first; the fewest new containers give the rest, or nothing is picked."""
    picks = list(_emptied(at_hand, asked.need, asked))
    left = asked.need - total((pick.quantity for pick in picks), asked.need.dimension)
    picks += _emptied(_fewest(new, left, asked.smallest), left, asked)
    return picks if total((pick.quantity for pick in picks), asked.need.dimension) == asked.need else []


def _emptied(order: Iterable[Container], need: Quantity, asked: Asked) -> Iterator[Pick]:
    left = need
    for each in order:
        bite = _bite(each.gives, left, asked.smallest)
        if bite is not None and not left.is_zero:
            yield _pick(each, bite, asked)
            left = left - bite


def _fewest(new: Sequence[Container], need: Quantity, smallest: Quantity) -> list[Container]:
    """As few of these as hold the need together, the first in the order; none where all hold too little."""
    able = [each for each in new if each.gives >= min(smallest, need)]
    slots, chosen, left = _how_many(able, need), list[Container](), need
    for number, each in enumerate(able):
        others = _largest(able[number + 1 :], slots - len(chosen) - 1)
        if len(chosen) < slots and each.gives + total(others, need.dimension) >= left:
            chosen.append(each)
            left = max(left - each.gives, Quantity.zero(need.dimension))
    return chosen


def _how_many(able: Sequence[Container], need: Quantity) -> int:
    """The least number of these that hold the need together."""
    left = need
    for number, gives in enumerate(_largest(able, len(able)), 1):
        left = left - gives
        if left.steps <= 0:
            return number if need.steps > 0 else 0
    return 0


def _largest(among: Sequence[Container], count: int) -> list[Quantity]:
    return sorted((each.gives for each in among), reverse=True)[: max(count, 0)]


def _bite(size: Quantity, left: Quantity, smallest: Quantity) -> Quantity | None:
    """What to take of a container, so that neither it nor what is left to find is too small to measure."""
    if size >= left:
        return left
    bite = min(size, left - smallest)
    return bite if bite >= smallest and bite.steps > 0 else None


def _pick(each: Container, quantity: Quantity, asked: Asked) -> Pick:
    stock = each.stock
    why = f"sealed, expires {day_words(stock.expires_on)}"
    if _is_open(stock):
        why = f"open, use before {moment_words(ends_at(stock), stock.zone, asked.at)}"
    elif not each.is_new:
        why = "from the container that is opened for another line"
    return Pick(stock, quantity, why, each.number, each.left)


def _picked(stock: Stock, picks: Sequence[Pick]) -> bool:
    return any(pick.stock is stock for pick in picks)


def _answer(
    asked: Asked, picks: tuple[Pick, ...], barred: list[Refusal], rest: list[Stock], may_split: bool
) -> Allocation:
    """What was chosen; the rest is spare, or refused where it holds too little and no split is allowed."""
    judged = [(each, _may_serve(each, asked, may_split=may_split)) for each in rest]
    short = [Refusal(each, _too_little(each, asked)) for each, may in judged if not may]
    return Allocation(asked.need, picks, (*barred, *short), tuple(each for each, may in judged if may))


def _may_serve(stock: Stock, asked: Asked, *, may_split: bool) -> bool:
    gives = (each.gives for each in containers(stock, asked))
    return any(each.steps > 0 if may_split else each >= asked.need for each in gives)


def _too_little(stock: Stock, asked: Asked) -> str:
    mark, left = asked.policies.decimal_mark, available(stock, asked)
    shared = any(source_key(pick.stock) == source_key(stock) for pick in asked.taken)
    beside = " beside the other lines" if shared else ""
    needed = f"{show(asked.need, mark=mark)} needed"
    if left < asked.need:
        return f"{show(left, mark=mark)} left{beside}, {needed}"
    most = max((each.gives for each in containers(stock, asked)), default=asked.nothing)
    return f"{show(most, mark=mark)} in one container{beside}, {needed}"
