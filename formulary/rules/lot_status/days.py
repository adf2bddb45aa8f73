"""Days and instants as a site sees them: when a printed day ends, and how a day or an instant is written."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


NOT_ON_RECORD = date.min
"""The expiry of a lot of earlier records that tell none: long past, so that nothing of it is ever used."""


def local(at: datetime, zone: str) -> datetime:
    """The instant on the site's clock; raises ValueError for a time without a zone of its own."""
    if at.tzinfo is None:
        raise ValueError("An instant has a time zone")
    return at.astimezone(ZoneInfo(zone))


def day_of(at: datetime, zone: str) -> date:
    """The site's calendar day at this instant."""
    return local(at, zone).date()


@lru_cache(4096)
def end_of_day(day: date, zone: str) -> datetime:
    """The first instant after the day at the site, in UTC: what expires on that day is usable before it.

    Right on the nights when the clocks change, and where midnight does not exist.
    """
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)


def hours(count: Fraction) -> timedelta:
    """A number of hours as a span, to the microsecond below: a limit is never lengthened by rounding."""
    return timedelta(microseconds=int(count * 3_600_000_000))


def month_end(year: int, month: int) -> date:
    """The last day of a month, which is what a pack means that prints month and year alone."""
    return date(year, month, monthrange(year, month)[1])


def day_words(day: date, this_year: int | None = None) -> str:
    """A day for people, "30 Nov 2027"; without the year where it is `this_year`."""
    if day == NOT_ON_RECORD:
        return "not on record"
    written = f"{day.day} {MONTHS[day.month - 1]}"
    return written if day.year == this_year else f"{written} {day.year}"


def time_words(at: datetime, zone: str) -> str:
    """The time on the site's clock, "14:10"."""
    return f"{local(at, zone):%H:%M}"


def moment_words(at: datetime, zone: str, now: datetime) -> str:
    """An instant seen from `now`: "14:10" today, otherwise with its day."""
    day, today = day_of(at, zone), day_of(now, zone)
    if day == today:
        return time_words(at, zone)
    return f"{day_words(day, today.year)}, {time_words(at, zone)}"


def stamp_words(at: datetime, zone: str) -> str:
    """An instant with its day and year, "24 Nov 2026, 14:10", for labels and explanations."""
    return f"{day_words(day_of(at, zone))}, {time_words(at, zone)}"


def span_words(count: Fraction) -> str:
    """A number of hours for people: "4 h", "90 min"."""
    if count.denominator == 1:
        return f"{count} h"
    return f"{count * 60} min"
