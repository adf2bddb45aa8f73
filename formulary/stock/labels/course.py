"""The stock of a product over time: a curve of its days, and a table of what came and went."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from formulary.catalogue.models import Product
from formulary.rules.lot_status import day_of, day_words
from formulary.rules.units import Dimension, Quantity, show
from formulary.stock.models import measured_in
from formulary.stock.queries.flows import Flow
from formulary.web import site
from formulary.web.svg import px
from formulary.web.words import plural

LEFT, WIDTH, TOP, HEIGHT = 64, 600, 20, 150
MOST_SINGLE, WEEK = 31, 7
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """A row of the table: some days, what there was before, what came and went, what was left after."""

    first: date
    last: date
    before: Quantity
    came: Quantity
    went: Quantity
    after: Quantity
    marks: tuple[str, ...]

    @property
    def days(self) -> str:
        """ "24 Nov" or "18 Nov to 24 Nov"."""
        if self.first == self.last:
            return day_words(self.first)
        return f"{day_words(self.first, self.last.year)} to {day_words(self.last)}"


@dataclass(frozen=True)
class Mark:
    """A day of the curve with something to tell; `css` is its class."""

    x: str
    y: str
    css: str
    words: str


@dataclass(frozen=True)
class Course:
    """The picture, its marks, and the table beside it, the newest first."""

    path: str
    marks: list[Mark]
    top: str
    now: Quantity
    rows: list[Span]
    days: tuple[str, str]
    title: str
    desc: str


@dataclass(frozen=True)
class _Day:
    on: date
    came: int = 0
    went: int = 0
    receipts: int = 0
    counts: int = 0
    late: int = 0


def course(product: Product, flows: Sequence[Flow], now: int, at: datetime, days: int) -> Course:
    """The stock of so many days up to `at`; `now` is what lies there, from which the days are read back."""
    measured = measured_in(product)
    told = _by_day(flows, at, days)
    ends = _ends(told, now)
    most = max([*ends, ends[0] + told[0].went - told[0].came, 1])
    points = [(_x(n, days), _y(end, most)) for n, end in enumerate(ends)]
    marks = [mark for n, day in enumerate(told) for mark in _marks(day, *points[n])]
    rows = list(_spans(told, ends, measured))[::-1]
    title = f"Stock of the last {plural(days, 'day')}"
    first, last = (show(Quantity(end, measured), mark=site.mark()) for end in (ends[0], ends[-1]))
    desc = f"From {first} on {day_words(told[0].on)} to {last} on {day_words(told[-1].on)}."
    edges = (day_words(told[0].on), day_words(told[-1].on))
    top = show(Quantity(most, measured), mark=site.mark())
    return Course(_path(points), marks, top, Quantity(now, measured), rows, edges, title, desc)


def _by_day(flows: Sequence[Flow], at: datetime, days: int) -> list[_Day]:
    """Every day of the site's calendar, also those on which nothing happened."""
    zone, today = str(site.zone()), day_of(at, str(site.zone()))
    found = {today - n * DAY: _Day(today - n * DAY) for n in range(days)}
    oldest = min(found)
    for flow in flows:
        on = max(day_of(flow.hour, zone), oldest)
        found[on] = _added(found[on], flow)
    return [found[on] for on in sorted(found)]


def _added(day: _Day, flow: Flow) -> _Day:
    return _Day(
        day.on, day.came + flow.came, day.went + flow.went, day.receipts + flow.receipts,
        day.counts + flow.counts, day.late + flow.late,
    )  # fmt: skip


def _ends(days: Sequence[_Day], now: int) -> list[int]:
    """What there was at the end of each day, read back from what there is."""
    ends = [now]
    for day in reversed(days[1:]):
        ends.append(ends[-1] - day.came + day.went)
    return ends[::-1]


def _spans(days: Sequence[_Day], ends: Sequence[int], measured: Dimension) -> Iterator[Span]:
    """The days one by one, or so many together that the table stays short."""
    each = 1 if len(days) <= MOST_SINGLE else WEEK
    offset = len(days) % each
    starts = [*([0] if offset else []), *range(offset, len(days), each)]
    for start, stop in zip(starts, [*starts[1:], len(days)], strict=True):
        part = days[start:stop]
        came, went = sum(day.came for day in part), sum(day.went for day in part)
        told = (ends[stop - 1] - came + went, came, went, ends[stop - 1])
        quantities = (Quantity(steps, measured) for steps in told)
        yield Span(part[0].on, part[-1].on, *quantities, tuple(_words(part)))


def _words(days: Sequence[_Day]) -> Iterator[str]:
    for word, count in (
        ("receipt", sum(day.receipts for day in days)),
        ("counted difference", sum(day.counts for day in days)),
        ("late entry", sum(day.late for day in days)),
    ):
        if count:
            yield plural(count, word, "late entries" if word == "late entry" else None)


def _marks(day: _Day, x: Fraction, y: Fraction) -> Iterator[Mark]:
    for css, count in (("pass", day.receipts), ("unknown", day.counts), ("warn", day.late)):
        if count:
            yield Mark(px(x), px(y), css, f"{day_words(day.on)}: {', '.join(_words([day]))}")


def _x(number: int, days: int) -> Fraction:
    return LEFT + Fraction(WIDTH * number, max(days - 1, 1))


def _y(steps: int, most: int) -> Fraction:
    return TOP + HEIGHT * (1 - Fraction(max(steps, 0), most))


def _path(points: Sequence[tuple[Fraction, Fraction]]) -> str:
    """Steps, not slopes: stock changes at a moment."""
    (x, y), *rest = points
    return f"M{px(x)} {px(y)}" + "".join(f"H{px(x)}V{px(y)}" for x, y in rest)
