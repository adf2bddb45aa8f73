"""What may enter: the lot's number and its printed expiry, looked at when goods arrive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from formulary.rules.findings import Finding, Level
from formulary.rules.lot_status.days import day_of, day_words
from formulary.rules.lot_status.numbers import number_findings

FIRST_YEAR, LAST_YEAR = 1900, 2100
FAR_YEARS = 10
"""Beyond this an expiry is asked about: house policy, no injectable of the catalogue keeps that long."""


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
