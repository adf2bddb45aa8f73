"""The expiry horizon as a picture: a bar to the day a lot is used up or lapses; its solid end is lost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from formulary.overview.labels.horizon import Lapse
from formulary.rules.lot_status import day_of, day_words
from formulary.rules.units import show_money
from formulary.web import site
from formulary.web.svg import px
from formulary.web.words import MONTHS

LEFT, WIDTH, ROW, TOP = 150, 470, 38, 34
NARROW = 36
MOST_DRAWN, MOST_MONTHS = 12, 7


@dataclass(frozen=True)
class Bar:
    """One lot of the picture: lengths are ready for it."""

    line: Lapse
    y: int
    width: str
    solid_from: str
    solid: str
    tick: str
    label: str
    words: str

    @property
    def texts(self) -> tuple[int, int, int]:
        """Where the lines of words stand: the lot, the product, and what becomes of it."""
        return self.y + 10, self.y + 25, self.y + 26


@dataclass(frozen=True)
class Mark:
    """A line of the picture where a month begins."""

    x: str
    name: str


@dataclass(frozen=True)
class Horizon:
    """The picture of the first lots to expire; `rest` lots more stand in the list alone."""

    bars: list[Bar]
    months: list[Mark]
    left: int
    height: int
    title: str
    desc: str
    rest: int


def horizon(lines: Sequence[Lapse], at: datetime, within: timedelta) -> Horizon:
    """The first lots to expire within that time."""
    today = day_of(at, str(site.zone()))
    bars = [_bar(n, line, today, within) for n, line in enumerate(lines[:MOST_DRAWN])]
    told = [f"lot {bar.line.row.number} expires {bar.label}, {bar.words}" for bar in bars]
    height = TOP + ROW * max(len(bars), 1) + 8
    title = f"Expiry horizon, {within.days} days ahead"
    desc = "; ".join(told) or "No lot expires"
    return Horizon(
        bars, list(_months(today, within)), LEFT, height, title, f"{desc}.", len(lines) - len(bars)
    )


def _bar(number: int, line: Lapse, today: date, within: timedelta) -> Bar:
    expires = line.row.expires_on
    tick = _x(expires, today, within)
    end = tick if line.share != 0 or line.last_on is None else _x(line.last_on, today, within)
    length = max(end - LEFT, Fraction(2))
    solid = length * (line.share or 0)
    label = day_words(expires, today.year)
    return Bar(
        line, TOP + number * ROW, px(length), px(LEFT + length - solid), px(solid), px(tick), label,
        _words(line),
    )  # fmt: skip


def _words(line: Lapse) -> str:
    """ "6 of 30 containers lapse, 147 EUR"; "used up by 30 Jan"; "held: recall R-7"."""
    if line.told.state in ("expired", "held", "quarantined"):
        return line.told.words
    if not line.share:
        return line.used if line.share == 0 else f"what will lapse is not known: {line.pace}"
    cost = show_money(line.cost, site.mark()) if line.cost is not None else "price unknown"
    return f"{line.lost} lapse, {cost}"


def _months(today: date, within: timedelta) -> Iterator[Mark]:
    """The first of the months ahead, at most seven of them, none under the word for today."""
    firsts = [_first(today, n) for n in range(1, within.days // 28 + 2)]
    every = len(firsts) // MOST_MONTHS + 1
    for day in firsts[::every]:
        x = _x(day, today, within)
        if day - today <= within and x - LEFT >= NARROW:
            yield Mark(px(x), MONTHS[day.month - 1])


def _first(today: date, months: int) -> date:
    years, month = divmod(today.month + months - 1, 12)
    return date(today.year + years, month + 1, 1)


def _x(day: date, today: date, within: timedelta) -> Fraction:
    share = Fraction(max((day - today).days, 0), within.days)
    return LEFT + WIDTH * min(share, Fraction(1))
