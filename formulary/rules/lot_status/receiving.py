"""What may enter: the lot's number and its printed expiry, looked at when goods arrive."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from formulary.rules.findings import Finding, Level, refuse
from formulary.rules.lot_status.days import day_of, day_words, month_end
from formulary.rules.lot_status.numbers import number_findings

FIRST_YEAR, LAST_YEAR = 1900, 2100
FAR_YEARS = 10
"""Beyond this an expiry is asked about: house policy, no injectable of the catalogue keeps that long."""

_YYMMDD = re.compile(r"([0-9]{2})(0[1-9]|1[0-2])([0-3][0-9])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Expiry:
    """A printed expiry as a day, and what was filled in to make it one."""

    on: date
    notes: tuple[Finding, ...] = ()


def receivable(
    number: str,
    expires_on: date | None,
    *,
    at: datetime,
    zone: str,
    quarantine: bool = False,
    made_on: date | None = None,
) -> tuple[Finding, ...]:
    """What stands against booking this lot in; nothing may be of level BLOCK for it to enter.

    Expired and same-day goods are blocked from the shelf; into `quarantine`, for return, they enter (INFO).
    """
    today = day_of(at, zone)
    dates = _expiry_findings(expires_on, today, made_on, Level.INFO if quarantine else Level.BLOCK)
    return (*number_findings(number), *dates)


def read_gs1_expiry(text: str, *, on: date) -> Expiry:
    """The expiry of a GS1 code, YYMMDD; day 00 is the last day of the month, with a note. Raises Refused.

    The century is the one within 50 years of `on`. Source: GS1 General Specifications 7.12; from 1 Jan 2025
    regulated healthcare items carry a real day (GSCN 21-040).
    """
    match = _YYMMDD.fullmatch(text)
    if match is None:
        raise _unreadable(text)
    year, month, day = _year(int(match[1]), on.year), int(match[2]), int(match[3])
    if day == 0:
        end = month_end(year, month)
        return Expiry(end, (_day_missing(end),))
    if day > month_end(year, month).day:
        raise _unreadable(text)
    return Expiry(date(year, month, day))


def _year(two_digits: int, this_year: int) -> int:
    year = this_year - this_year % 100 + two_digits
    if year - this_year > 50:  # noqa: PLR2004 - GS1's own number
        return year - 100
    return year + 100 if year - this_year < -49 else year  # noqa: PLR2004 - GS1's own number


def _expiry_findings(on: date | None, today: date, made_on: date | None, expired: Level) -> Iterator[Finding]:
    if on is None:
        yield _finding("lot.expiry_missing", "The lot has no expiry.", "Type the expiry printed on the pack.")
        return
    if not FIRST_YEAR <= on.year <= LAST_YEAR:
        reason = f"The expiry is in the year {on.year}."
        yield _finding("lot.expiry_absurd", reason, "Type it again from the pack.")
        return
    yield from _against_today(on, today, expired)
    if made_on is not None and made_on > today:
        yield _finding("lot.made_in_future", f"It was made on {day_words(made_on)}.", "Type the day again.")
    if made_on is not None and made_on >= on:
        reason = f"It was made on {day_words(made_on)} and expires on {day_words(on)}."
        yield _finding("lot.made_after_expiry", reason, "Type both again from the pack.")


def _against_today(on: date, today: date, expired: Level) -> Iterator[Finding]:
    if on < today:
        reason = f"It expired at the end of {day_words(on)}."
        yield _finding("lot.expired", reason, "Book it into quarantine for return.", expired)
    if on == today:
        reason = f"It expires today, {day_words(on)}."
        yield _finding("lot.expired", reason, "Book it into quarantine for return.", expired)
    if on.year - today.year > FAR_YEARS:
        reason = f"It expires on {day_words(on)}, in {on.year - today.year} years."
        yield _finding("lot.expiry_far", reason, "Compare it with the pack.", Level.WARN)


def _finding(code: str, reason: str, remedy: str, level: Level = Level.BLOCK) -> Finding:
    return Finding(code, "lot", reason, remedy, level=level, field="expires_on")


def _day_missing(end: date) -> Finding:
    reason = f"The code gives no day, so it is usable through {day_words(end)}."
    remedy = "Packs made since 1 Jan 2025 carry a day: look whether this one does."
    return _finding("lot.expiry_day_missing", reason, remedy, Level.INFO)


def _unreadable(text: str) -> Exception:
    reason = f"“{text[:10]}” is not a day written YYMMDD."
    return refuse(
        "lot.expiry_unreadable", "lot", reason, "Type the expiry from the pack.", field="expires_on"
    )
