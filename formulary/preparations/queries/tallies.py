"""What the bench counts by month: scans that were refused, and what one person checked alone."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from formulary.cocktails.models import Cocktail, Override, Revision, Transition
from formulary.db import db
from formulary.preparations.models import Attempt, CloseCall

MOST = 5_000
"""Rows of a kind that are looked at, the newest first: far more than a year of them."""


def by_month(site_id: int, zone: str) -> dict[str, Counter[str]]:
    """How often what happened at the site, by the month of its calendar, the newest first."""
    found: dict[str, Counter[str]] = {}
    for at, what in _all(site_id):
        month = f"{at.astimezone(ZoneInfo(zone)):%Y-%m}"
        found.setdefault(month, Counter())[what] += 1
    return dict(sorted(found.items(), reverse=True))


def close_calls_at(site_id: int, most: int) -> list[tuple[CloseCall, str]]:
    """The newest refused scans of the site, each with the code of its cocktail."""
    query = db.select(CloseCall, Cocktail.code).join(Attempt, CloseCall.attempt_id == Attempt.id)
    query = query.join(Cocktail, Attempt.cocktail_id == Cocktail.id).where(Attempt.site_id == site_id)
    rows = db.session.execute(query.order_by(CloseCall.id.desc()).limit(most))
    return [(call, code) for call, code in rows]


def _all(site_id: int) -> Iterator[tuple[datetime, str]]:
    here = Cocktail.site_id == site_id
    calls = db.select(CloseCall.at).join(Attempt).where(Attempt.site_id == site_id)
    yield from _told(calls.order_by(CloseCall.id.desc()), "close_call")
    alone = db.select(Transition.at, Transition.to_state).join(Cocktail).where(here, Transition.self_checked)
    newest = alone.order_by(Transition.id.desc()).limit(MOST)
    yield from ((at, state) for at, state in db.session.execute(newest))
    stops = db.select(Override.at).join(Revision).join(Cocktail).where(here, Override.level == "STOP")
    yield from _told(stops.where(Override.cosigner_id.is_(None)).order_by(Override.id.desc()), "stop")


def _told(query: Any, what: str) -> Iterable[tuple[datetime, str]]:
    return ((at, what) for at in db.session.scalars(query.limit(MOST)))
