"""One step of the state machine: allowed or refused, and written down."""

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from formulary.accounts import Actor
from formulary.accounts import facts as accounts_facts
from formulary.accounts.models import Site
from formulary.cocktails.labels import Way, way
from formulary.cocktails.models import Cocktail, Transition
from formulary.db import db
from formulary.rules.findings import refuse


def move(
    cocktail: Cocktail,
    to_state: str,
    *,
    at: datetime,
    by: Actor,
    reason: str = "",
    self_checked: bool = False,
    done_by: int | None = None,
) -> Transition:
    """Take the cocktail to another state; Refused where the state machine has no such arrow, Forbidden
    without the right. `done_by` is the person who did it where another one (`by`) records it afterwards.
    """
    allowed(cocktail.state, to_state, by, code=cocktail.code)
    step = Transition(
        cocktail_id=cocktail.id,
        from_state=cocktail.state,
        to_state=to_state,
        revision_number=cocktail.revision_number,
        at=at,
        by_id=done_by or by.person_id,
        reason=reason,
        self_checked=self_checked,
    )
    cocktail.state = to_state
    db.session.add(step)
    db.session.flush()
    return step


def allowed(from_state: str, to_state: str, by: Actor, *, code: str = "it") -> Way:
    """The arrow between two states; Refused where there is none, Forbidden without its right."""
    arrow = way(from_state, to_state)
    if arrow is None:
        raise refuse(
            "cocktail.wrong_state",
            code,
            f"{code} is {words(from_state)} and cannot go from there to {words(to_state)}.",
            "Load the page again to see what it waits for.",
        )
    by.must(arrow.permission)
    return arrow


class Second(StrEnum):
    """Who goes a step that keeps two people apart: another person, one alone with delay, or the same at
    once.
    """

    ANOTHER = "another person"
    ALONE = "alone, later, blind"
    SAME = "the same person"


def second(site: Site, verb: str) -> Second:
    """What the site asks for at "verify" and "release": one clinician alone goes it later and blind."""
    if site.solo:
        return Second.ALONE
    return Second.ANOTHER if getattr(site, verb) else Second.SAME


def is_apart(arrow: Way, site: Site, first_id: int | None, by: Actor) -> bool:
    """Whether this person may go the step: another than the first, or one whom the site lets go it alone.

    Persons are compared, never accounts.
    """
    return not arrow.apart_from or first_id != by.person_id or second(site, arrow.verb) is not Second.ANOTHER


def not_too_soon(site: Site, first_at: datetime | None, *, verb: str, code: str, at: datetime) -> None:
    """Refuse a step that one person goes alone before the site's delay is over."""
    ready = may_go_at(site, first_at, at)
    if at < ready:
        raise refuse(
            f"{verb}.too_soon",
            code,
            f"You work alone here, so {code} waits before you {verb} it yourself: "
            f"from {clock_words(ready, site)}.",
            "Do something else, then look at it with fresh eyes; it is marked SELF-CHECKED.",
        )


def may_go_at(site: Site, first_at: datetime | None, at: datetime) -> datetime:
    """From when on one person alone may go the second step after the first."""
    return (first_at or at) + accounts_facts.self_check_delay(site.id, at)


def clock_words(at: datetime, site: Site) -> str:
    """The time of day at the site."""
    return f"{at.astimezone(ZoneInfo(site.zone)):%H:%M:%S}"


def words(state: str) -> str:
    """A state as people say it."""
    return state.replace("_", " ")
