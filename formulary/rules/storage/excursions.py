"""From readings and a range to excursions: whole tenths of a degree Celsius, no rounding anywhere."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

TENTHS = 10
WARM, COLD, UNREAD = "warm", "cold", "unread"
STATED = re.compile(
    r"(?P<low>-?[0-9]{1,2}(?:\.[0-9])?) ?(?:-|\N{EN DASH}|to) ?(?P<high>-?[0-9]{1,2}(?:\.[0-9])?) ?"
    r"\N{DEGREE SIGN}?C(?: \(background\))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Span:
    """A range of temperatures in tenths of a degree Celsius, both ends inside it."""

    low: int
    high: int

    def side(self, tenths: int) -> str:
        """On which side of the range this lies: "cold", "warm", or "" inside it."""
        if tenths < self.low:
            return COLD
        return WARM if tenths > self.high else ""


@dataclass(frozen=True, slots=True)
class Reading:
    """How warm it was at an instant, in tenths of a degree Celsius."""

    at: datetime
    tenths: int


@dataclass(frozen=True, slots=True)
class Excursion:
    """A stretch of readings on one side of a range.

    `start` is its first reading outside, `end` the first one after it that is not on this side (None: none
    yet), `extreme` the reading furthest out, in tenths. `since` is the last reading inside the range
    before it, None where there is none: between the two nobody knows how warm it was.

    A gap is told the same way, on the side UNREAD: `start` and `end` are the readings around it, `extreme` is
    None, since nobody knows how warm it was between them.
    """

    side: str
    start: datetime
    extreme: int | None
    since: datetime | None = None
    end: datetime | None = None

    def duration(self, now: datetime) -> timedelta:
        """From the first reading outside to its end, or to now."""
        return (self.end or now) - self.start

    @property
    def earliest(self) -> datetime:
        """The earliest instant at which it can have begun, as far as readings tell."""
        return self.since or self.start


def excursions(readings: Iterable[Reading], span: Span) -> Iterator[Excursion]:
    """The excursions of readings in the order of their time, the first one first.

    A reading exactly at an end of the range is inside. From too cold to too warm without a reading between
    makes two excursions; the second one's `since` is that of the first.
    """
    running: Excursion | None = None
    inside: datetime | None = None
    furthest = 0
    for reading in readings:
        side = span.side(reading.tenths)
        if running is not None and side != running.side:
            yield replace(running, end=reading.at)
            running = None
        if not side:
            inside = reading.at
        elif running is None:
            furthest = reading.tenths
            running = Excursion(side, reading.at, furthest, inside)
        else:
            furthest = (max if side == WARM else min)(furthest, reading.tenths)
            running = replace(running, extreme=furthest)
    if running is not None:
        yield running


def gaps(readings: Iterable[Reading], span: Span, every: timedelta) -> Iterator[Excursion]:
    """The stretches without a reading for longer than the interval, between two readings inside the range.

    Where one of the two is outside, the excursion that it belongs to holds the stretch already.
    """
    before: Reading | None = None
    for reading in readings:
        is_long = before is not None and reading.at - before.at > every
        if before is not None and is_long and not span.side(before.tenths) and not span.side(reading.tenths):
            yield Excursion(UNREAD, before.at, None, before.at, reading.at)
        before = reading


def is_missing(last: datetime | None, every: timedelta | None, now: datetime) -> bool:
    """Whether a reading is missing: none for longer than the interval, or none ever.

    Without an interval nobody asked for readings, and none is missing.
    """
    return every is not None and (last is None or now - last > every)


def span_of(stated: str) -> Span | None:
    """The range that the catalogue states for a product ("2-8 C"), None where its words say anything else.

    Only two numbers and their unit are read: an upper end alone ("<=25 C"), two ranges or a condition are
    words for a person, and never guessed at.
    """
    found = STATED.fullmatch(stated.strip())
    if found is None:
        return None
    low, high = (int(Decimal(found[name]) * TENTHS) for name in ("low", "high"))
    return Span(low, high) if low <= high else None
