"""Until when a cocktail may be given, and what waits to be given: states and words for the pages."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from formulary.administrations.models import Administration
from formulary.preparations.models import Attempt
from formulary.web import site, words


@dataclass(frozen=True)
class Until:
    """A beyond-use time as pages show it: the state that is drawn, its words, and how far away it is."""

    state: str
    words: str
    away: str = ""


@dataclass(frozen=True)
class Ready:
    """A cocktail that may be given, or is being given: the session, once that has begun."""

    attempt: Attempt
    begun: Administration | None
    until: Until


def until(attempt: Attempt, at: datetime) -> Until:
    """Whether the beyond-use time of an attempt is still to come; unknown where none is on record."""
    limit = attempt.beyond_use_at
    if limit is None:
        return Until("unknown", "no beyond-use time on record")
    shown, away = words.instant(limit, site.zone()), words.distance(limit, at, site.zone())
    if limit > at:
        return Until("in_time", f"use before {shown}", away)
    return Until("beyond_use", f"beyond use since {shown}", away)


def ready(found: Iterable[tuple[Attempt, Administration | None]], at: datetime) -> list[Ready]:
    """What waits to be given, row by row."""
    return [Ready(attempt, begun, until(attempt, at)) for attempt, begun in found]
