"""The expiry horizon in rows: what lapses when, how much of it at today's use, and what that costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from formulary.overview.queries import Lapsing, Sealed
from formulary.rules.allocation import ends_at, in_turn
from formulary.rules.facts import Stock
from formulary.rules.formulation import about
from formulary.rules.horizon import Batch, Projected, project
from formulary.rules.lot_status import day_of, day_words
from formulary.rules.units import Money, Quantity, show_money
from formulary.stock.facts import usable_as_is
from formulary.stock.labels import Told, state_of
from formulary.stock.labels.prices import no_price, worked_out
from formulary.stock.queries import Usage
from formulary.web import site
from formulary.web.words import distance, plural

HORIZON = timedelta(days=184)
DAY, MICRO = timedelta(days=1), timedelta(microseconds=1)
MOST = 500
NO_BAR = frozenset({"lot.expired", "vial.beyond_use", "stock.reserved"})
"""What has lapsed is lost, and what is reserved will be used."""
AWAY = {"quarantine": Told("quarantined", "in quarantine"), "in_transit": Told("unknown", "in transit")}


@dataclass(frozen=True)
class Lapse:
    """A lot at a kind of place: what will be lost of it, in words and money, and the last day of its use.

    `share` of what is left will be lost; None where nobody can say. `cost` is None where the price is not
    known or nobody can say how much is lost; `why` says how it is worked out, or why it is not.
    """

    row: Sealed
    told: Told
    share: Fraction | None
    lost: str
    last_on: date | None
    cost: Money | None
    why: str
    pace: str
    at: datetime

    @property
    def away(self) -> str:
        """How far away its expiry is."""
        return distance(self.row.expires_on, self.at, site.zone())

    @property
    def used(self) -> str:
        """ "used up by 30 Jan", "used until it lapses on 1 Feb", "not used any more"."""
        if self.share is None:
            return "unknown"
        if self.last_on is None:
            return "not used any more"
        if self.share:
            return f"used until it lapses on {day_words(self.row.expires_on, self.at.year)}"
        return f"used up by {day_words(self.last_on, self.at.year)}"

    @property
    def css(self) -> str:
        """How its bar is drawn."""
        if self.told.state in ("expired", "held"):
            return self.told.state
        if self.share is None:
            return "unknown"
        return "warn" if self.share else "pass"


@dataclass(frozen=True)
class Lapses:
    """All of them, the first to expire first, and what is lost in all."""

    lines: list[Lapse]
    lost: Money | None
    unknown: int

    @property
    def listed(self) -> list[Lapse]:
        """Those in the list; `rest` more expire later."""
        return self.lines[:MOST]

    @property
    def rest(self) -> int:
        """How many the list leaves out: look less far ahead."""
        return len(self.lines) - len(self.listed)

    @property
    def heading(self) -> str:
        """ "3 lots expire, 2 are not used up in time"."""
        if not self.lines:
            return "Nothing expires in this time"
        lost = sum(1 for line in self.lines if line.share)
        more = f", {lost:,} {'is' if lost == 1 else 'are'} not used up in time" if lost else ""
        verb = "expires" if len(self.lines) == 1 else "expire"
        return f"{plural(len(self.lines), 'lot')} {verb}{more}"


def lapses(rows: Sequence[Sealed], told: Lapsing, at: datetime) -> Lapses:
    """What becomes of each lot if each product is used as fast as it has been lately.

    What lies in quarantine or is on its way is shown, and what becomes of it is not known.
    """
    found: dict[int, list[tuple[Stock, Projected]]] = {}
    for product_id in dict.fromkeys(row.product_id for row in rows):
        sources = [each for each in told.sources if each.product_id == product_id]
        for source, projected in _projected(sources, told.usage.get(product_id), at):
            found.setdefault(source.lot_id, []).append((source, projected))
    lines = [_line(row, _sealed(found.get(row.lot_id, [])), told, at) for row in rows]
    costs = [line.cost for line in lines if line.cost is not None]
    unknown = sum(1 for line in lines if line.cost is None and line.share != 0)
    return Lapses(lines, sum(costs[1:], costs[0]) if costs else None, unknown)


def _projected(sources: Sequence[Stock], usage: Usage | None, at: datetime) -> list[tuple[Stock, Projected]]:
    """Each source with what becomes of it; what is held or in quarantine is used by nobody yet."""
    fit = [each for each in in_turn(sources) if _may_be_projected(each, at)]
    batches = [Batch(each.remaining.steps, _days(ends_at(each) - at)) for each in fit]
    return list(zip(fit, project(batches, usage and usage.per_day), strict=True))


def _days(length: timedelta) -> Fraction:
    return Fraction(length // MICRO, DAY // MICRO)


def _may_be_projected(source: Stock, at: datetime) -> bool:
    return all(found.code in NO_BAR for found in usable_as_is(source, at))


def _line(row: Sealed, parts: Sequence[tuple[Stock, Projected]], told: Lapsing, at: datetime) -> Lapse:
    sources, lost = _on_shelf(row, told), _lost(parts)
    stands = AWAY.get(row.kind) or _stands(sources, at)
    stopped = [each for each in sources if not _may_be_projected(each, at)]
    if row.kind in AWAY or lost is None or stopped or not parts:
        why = _unknown(row, _stands(stopped, at) if stopped else stands, parts=bool(parts))
        return Lapse(row, stands, None, "unknown", None, None, why, _pace(row, told), at)
    ends = max((each.ends for _, each in parts if each.ends is not None), default=None)
    last_on = None if ends is None else _day_after(ends, at, parts[0][0].zone)
    cost, why = _cost(row, lost, told)
    share = Fraction(lost) / row.quantity.steps if row.quantity.steps else Fraction(0)
    return Lapse(row, stands, share, _lost_words(row, lost), last_on, cost, why, _pace(row, told), at)


def _sealed(parts: Sequence[tuple[Stock, Projected]]) -> list[tuple[Stock, Projected]]:
    return [pair for pair in parts if pair[0].vial is None]


def _lost(parts: Sequence[tuple[Stock, Projected]]) -> Fraction | None:
    if not all(each.is_known for _, each in parts):
        return None
    return sum((each.lost for _, each in parts if each.lost is not None), Fraction(0))


def _on_shelf(row: Sealed, told: Lapsing) -> list[Stock]:
    """Its sealed stock on the shelves."""
    sealed = [each for each in told.sources if each.lot_id == row.lot_id and each.vial is None]
    return [each for each in sealed if each.status != "quarantined"] or sealed


def _stands(sources: Sequence[Stock], at: datetime) -> Told:
    """How sealed stock stands at this moment, what may be used first."""
    states = [state_of(each, at) for each in sources] or [Told("unknown", "unknown")]
    return next((state for state in states if state.is_usable), states[0])


def _day_after(days: Fraction, at: datetime, zone: str) -> date:
    """The day on which so many days from now end; midnight still belongs to the day before."""
    ends = at + timedelta(microseconds=int(days * (DAY // MICRO)) - 1)
    return day_of(max(ends, at), zone)


def _lost_words(row: Sealed, lost: Fraction) -> str:
    """ "nothing", "5.6 of 30 containers", or a quantity where containers are not whole."""
    if not lost:
        return "nothing"
    if row.containers is None:
        return about(Quantity(lost, row.quantity.dimension), site.mark())
    tenths = int(lost / row.quantity.steps * row.containers * 10 + Fraction(1, 2))
    whole, tenth = divmod(tenths, 10)
    counted = f"{whole:,}{site.mark()}{tenth}" if tenth else f"{whole:,}"
    counted = counted if tenths else f"less than 0{site.mark()}1"
    return f"{counted} of {plural(row.containers, 'container')}"


def _cost(row: Sealed, lost: Fraction, told: Lapsing) -> tuple[Money | None, str]:
    if told.prices.currency is not None and not lost:
        return Money.nothing(told.prices.currency), "Nothing will be lost."
    paid = told.prices.by_lot.get(row.lot_id)
    if paid is None:
        return None, no_price(f"lot {row.number}", told.prices.currency)
    whole = Quantity(int(lost), row.quantity.dimension)
    cost = paid.of(lost)
    if whole.steps == lost:
        return cost, worked_out(whole, paid, site.mark())
    return (
        cost,
        f"{about(Quantity(lost, whole.dimension), site.mark())} of it: {show_money(cost, site.mark())}",
    )


def _unknown(row: Sealed, stops: Told, *, parts: bool) -> str:
    """Why nobody can say how much of it will be lost."""
    if stops.is_usable:
        return f"How fast {row.product} is used is not known: it has been here for less than two weeks."
    return f"Nobody can say while {'part of it' if parts else 'it'} is {stops.words}."


def _pace(row: Sealed, told: Lapsing) -> str:
    """How fast the product is used: "8.6 mL a week"."""
    usage = told.usage.get(row.product_id)
    if usage is None:
        return "use unknown"
    if not usage.used:
        return f"nothing used in {plural(usage.days, 'day')}"
    week = Quantity(usage.per_day * 7, row.quantity.dimension)
    return f"{about(week, site.mark())} a week, over {plural(usage.days, 'day')}"
