"""The open-vial board and the expiry horizon: what lapses when, as rows and as a picture."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from formulary.overview.queries import OpenVial, Sealed
from formulary.rules.units import Quantity
from formulary.stock.labels import Told, state_of
from formulary.web import site
from formulary.web.svg import px
from formulary.web.words import MONTHS, distance, plural

HORIZON = timedelta(days=184)
LEFT, WIDTH, ROW, TOP = 150, 500, 38, 34
MOST_DRAWN = 12
LAPSED = ("beyond_use", "expired")


@dataclass(frozen=True)
class VialLine:
    """One open vial: what is left, until when, how it stands."""

    vial: OpenVial
    told: Told
    left: Quantity
    until: datetime | None
    away: str

    @property
    def may_be_used(self) -> bool:
        """Whether nothing stands against drawing from it."""
        return self.told.is_usable

    @property
    def has_lapsed(self) -> bool:
        """Whether time has stopped it, so that it is wasted; what is held is kept for whoever asks for it."""
        return self.told.state in LAPSED


def board(vials: Iterable[OpenVial], at: datetime) -> list[VialLine]:
    """The open vials, the first to lapse first."""
    return [_line(vial, at) for vial in vials]


def _line(vial: OpenVial, at: datetime) -> VialLine:
    until = vial.beyond_use_at
    away = distance(until, at, site.zone()) if until else "not known"
    return VialLine(vial, state_of(vial.source, at), vial.left, until, away)


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
