"""The expiry horizon: what lapses when, as rows and as a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from formulary.overview.queries import Sealed
from formulary.web.svg import px
from formulary.web.words import MONTHS, plural

HORIZON = timedelta(days=184)
LEFT, WIDTH, ROW, TOP = 150, 500, 38, 34
MOST_DRAWN = 12


@dataclass(frozen=True)
class Bar:
    """One lot of the picture: where its bar ends, its tick, its words; lengths are ready for the picture."""

    row: Sealed
    css: str
    y: int
    text: int
    below: int
    width: str
    tick: str
    label: str
    words: str


@dataclass(frozen=True)
class Month:
    """A line of the picture where a month begins."""

    x: str
    name: str


@dataclass(frozen=True)
class Horizon:
    """The lots that expire within half a year: a picture, and the rows beside it."""

    rows: list[Sealed]
    bars: list[Bar]
    months: list[Month]
    left: int
    height: int
    title: str
    desc: str


def horizon(rows: Sequence[Sealed], today: date) -> Horizon:
    """What on the shelves expires within half a year of `today`, the first to expire first."""
    shelf = [row for row in rows if row.kind == "storage"]
    bars = [_bar(n, row, today) for n, row in enumerate(shelf[:MOST_DRAWN])]
    desc = "; ".join(f"lot {bar.row.number}, {bar.words}" for bar in bars) or "No lot expires"
    height = TOP + ROW * max(len(bars), 1) + 8
    return Horizon(shelf, bars, _months(today), LEFT, height, "Expiry horizon, next six months", f"{desc}.")


def css_of(row: Sealed, today: date) -> str:
    """How a lot stands on the horizon: expired, soon, or with time."""
    if row.expires_on < today:
        return "expired"
    return "warn" if row.expires_on - today <= timedelta(days=30) else "pass"


def _bar(number: int, row: Sealed, today: date) -> Bar:
    y, end = TOP + number * ROW, _x(row.expires_on, today)
    amount = plural(row.containers, "container") if row.containers is not None else "broken containers"
    day = f"{row.expires_on.day} {MONTHS[row.expires_on.month - 1]}"
    verb = "expired" if row.expires_on < today else "expires"
    words = f"{amount}, {verb} {day}"
    width = px(max(end - LEFT, Fraction(2)))
    return Bar(row, css_of(row, today), y, y + 10, y + 25, width, px(end), day, words)


def _months(today: date) -> list[Month]:
    firsts = [
        date(today.year + (today.month + n - 1) // 12, (today.month + n - 1) % 12 + 1, 1) for n in range(1, 7)
    ]
    return [Month(px(_x(day, today)), MONTHS[day.month - 1]) for day in firsts if day - today <= HORIZON]


def _x(day: date, today: date) -> Fraction:
    share = Fraction(max((day - today).days, 0), HORIZON.days)
    return LEFT + WIDTH * min(share, Fraction(1))
