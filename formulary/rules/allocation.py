"""Which vials an amount is drawn from: open ones, then earliest expiry, then least discard; all or none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from formulary.rules.facts import SitePolicies, Stock
from formulary.rules.findings import Finding, Level
from formulary.rules.lot_status import (
    Bar,
    bars,
    day_words,
    end_of_day,
    free,
    moment_words,
    serves_one_patient,
    sharing_h,
)
from formulary.rules.units import Quantity, show, total


@dataclass(frozen=True, slots=True)
class Pick:
    """So much out of one container: an open vial, or one sealed container of a lot; and why this one."""

    stock: Stock
    quantity: Quantity
    why: str

    @property
    def opens(self) -> bool:
        """Whether a sealed container is opened for it."""
        return self.stock.opened_at is None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A source that cannot serve, in a few words; without findings where it only holds too little."""

    stock: Stock
    why: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Allocation:
    """The picks, which sum to what is needed or are none at all, and every source that was not picked.

    `spare` could have served and comes later in the order: the next best is the first of it.
    """

    need: Quantity
    picks: tuple[Pick, ...]
    refusals: tuple[Refusal, ...]
    spare: tuple[Stock, ...] = ()
    missing: Quantity | None = None

    @property
    def complete(self) -> bool:
        """Whether everything that is needed was found."""
        return bool(self.picks)

    def shortage(self, mark: str = ".") -> Finding | None:
        """The finding where it is not complete: how much is missing, or that no one container holds it."""
        if self.complete:
            return None
        needed = show(self.need, mark=mark)
        reason = f"{needed} is needed and no single container holds it."
        if self.missing is not None and self.missing.steps > 0:
            reason = f"{needed} is needed and {show(self.missing, mark=mark)} of it is not there."
        return Finding(
            "stock.short", "stock", reason, "Order it, or change the line.", level=Level.BLOCK, rule="L6"
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    need: Quantity
    at: datetime
    for_patient: int | None
    for_ref: str | None
    policies: SitePolicies
    smallest: Quantity


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
) -> Allocation:
    """Choose where `need` (above 0, in the ledger's dimension) is drawn from, whatever the candidates' order.

    One open vial that holds all comes first; else, where the line `may_split`, open vials and then sealed
    containers are emptied in order, never by less than `smallest`; else one sealed container must hold all.
    Raises DimensionMismatch for a candidate kept in another dimension, ValueError for a need of nothing.
    """
    if need.steps <= 0:
        raise ValueError("An allocation needs an amount above nothing")
    total((each.remaining for each in candidates), need.dimension)  # raises for another dimension
    nothing = Quantity.zero(need.dimension)
    asked = _Asked(need, at, for_patient, for_ref, policies, nothing if smallest is None else smallest)
    judged = [(each, _bars(each, asked)) for each in sorted(candidates, key=lambda each: _order(each, asked))]
    barred = [Refusal(each, "; ".join(b.words for b in bar), _findings(bar)) for each, bar in judged if bar]
    fit = [each for each, bar in judged if not bar]
    picks = _one(fit, asked, open_only=may_split) or (_several(fit, asked) if may_split else ())
    if picks:
        return _chosen(asked, picks, barred, [each for each in fit if not _picked(each, picks)], may_split)
    short = [Refusal(each, _too_little(each, asked)) for each in fit]
    missing = need - total((free(each, for_ref) for each in fit), need.dimension)
    return Allocation(need, (), (*barred, *short), missing=missing)


def in_turn(sources: Iterable[Stock]) -> list[Stock]:
    """Sources in the order in which any need takes them: open vials, then those that end first."""
    return sorted(sources, key=lambda each: (not _is_open(each), ends_at(each), *_names(each)))


def ends_at(stock: Stock) -> datetime:
    """Until when it may be used: its beyond-use date or the end of its printed day, whichever is first."""
    expiry = end_of_day(stock.expires_on, stock.zone)
    return expiry if stock.beyond_use_at is None else min(stock.beyond_use_at, expiry)


def discarded(pick: Pick, policies: SitePolicies) -> Quantity | None:
    """What is thrown away of the container of a pick: the rest of one that serves one patient.

    Nothing where others may share it; None where what a container holds is not known.
    """
    stock = pick.stock
    if sharing_h(stock.container, policies) or not serves_one_patient(stock.container):
        return Quantity.zero(pick.quantity.dimension)
    whole = stock.one_container if pick.opens else stock.remaining
    return None if whole is None else whole - pick.quantity


def _bars(stock: Stock, asked: _Asked) -> tuple[Bar, ...]:
    return bars(
        stock, at=asked.at, for_patient=asked.for_patient, policies=asked.policies, for_ref=asked.for_ref
    )


def _findings(found: Sequence[Bar]) -> tuple[Finding, ...]:
    return tuple(bar.finding for bar in found)


def _is_open(stock: Stock) -> bool:
    return stock.opened_at is not None


def _order(stock: Stock, asked: _Asked) -> tuple[object, ...]:
    return (not _is_open(stock), ends_at(stock), _discard(stock, asked), *_names(stock))


def _names(stock: Stock) -> tuple[object, ...]:
    return stock.lot, stock.lot_id, stock.vial or "", stock.vial_id or 0, stock.place


def _discard(stock: Stock, asked: _Asked) -> Quantity:
    """What would be thrown away if this source served the need: the rest of a container for one patient."""
    if sharing_h(stock.container, asked.policies) or not serves_one_patient(stock.container):
        return Quantity.zero(asked.need.dimension)
    left = asked.need
    for size in _containers(stock, asked):
        if size >= left:
            return size - left
        left = left - size
    return Quantity.zero(asked.need.dimension)


def _containers(stock: Stock, asked: _Asked) -> Iterator[Quantity]:
    """What each container of the source can give: one where it is open or its size is unknown."""
    left = free(stock, asked.for_ref)
    size = stock.one_container
    if _is_open(stock) or size is None or size.is_zero:
        yield left
        return
    while left.steps > 0:
        yield min(size, left)
        left = left - min(size, left)


def _largest(stock: Stock, asked: _Asked) -> Quantity:
    return next(_containers(stock, asked), Quantity.zero(asked.need.dimension))


def _one(fit: Sequence[Stock], asked: _Asked, *, open_only: bool) -> tuple[Pick, ...]:
    """The first that holds all in one container."""
    able = (each for each in fit if _largest(each, asked) >= asked.need and (_is_open(each) or not open_only))
    return tuple(_pick(each, asked.need, asked) for each in [next(able, None)] if each is not None)


def _several(fit: Sequence[Stock], asked: _Asked) -> tuple[Pick, ...]:
    """Containers emptied in order until the need is met; nothing where it is not."""
    picks, left = [], asked.need
    for stock in fit:
        for size in _containers(stock, asked):
            bite = _bite(size, left, asked.smallest)
            if bite is None:
                break
            picks.append(_pick(stock, bite, asked))
            left = left - bite
            if left.is_zero:
                return tuple(picks)
    return ()


def _bite(size: Quantity, left: Quantity, smallest: Quantity) -> Quantity | None:
    """What to take of a container, so that neither it nor what is left to find is too small to measure."""
    if size >= left:
        return left
    bite = min(size, left - smallest)
    return bite if bite >= smallest and bite.steps > 0 else None


def _pick(stock: Stock, quantity: Quantity, asked: _Asked) -> Pick:
    if _is_open(stock):
        until = moment_words(ends_at(stock), stock.zone, asked.at)
        return Pick(stock, quantity, f"open, use before {until}")
    return Pick(stock, quantity, f"sealed, expires {day_words(stock.expires_on)}")


def _picked(stock: Stock, picks: Sequence[Pick]) -> bool:
    return any(pick.stock is stock for pick in picks)


def _chosen(
    asked: _Asked, picks: tuple[Pick, ...], barred: list[Refusal], rest: list[Stock], may_split: bool
) -> Allocation:
    """What was chosen; the rest is spare, or refused where it holds too little and no split is allowed."""
    able = [each for each in rest if may_split or _largest(each, asked) >= asked.need]
    short = [Refusal(each, _too_little(each, asked)) for each in rest if each not in able]
    return Allocation(asked.need, picks, (*barred, *short), tuple(able))


def _too_little(stock: Stock, asked: _Asked) -> str:
    mark = asked.policies.decimal_mark
    needed, left = show(asked.need, mark=mark), free(stock, asked.for_ref)
    if left < asked.need:
        return f"{show(left, mark=mark)} left, {needed} needed"
    return f"{show(_largest(stock, asked), mark=mark)} in one container, {needed} needed"
