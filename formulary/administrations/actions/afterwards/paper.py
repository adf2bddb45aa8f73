"""What stands on a worksheet on paper, and whether it can have been so: lines, times, names."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from formulary.accounts import Permission
from formulary.accounts import queries as accounts
from formulary.administrations.actions.afterwards.told import Source
from formulary.administrations.actions.afterwards.writing import must_be_past
from formulary.administrations.actions.recording import How, Laid
from formulary.cocktails import actions as cocktails
from formulary.cocktails import queries as cocktail_queries
from formulary.cocktails.models import Cocktail
from formulary.preparations import queries as preparations
from formulary.preparations.models import Attempt
from formulary.rules.findings import joined, refuse
from formulary.rules.units import VOLUME, Quantity, show

ENTERED_FROM = ("verified", "in_preparation", "prepared", "released")
"""In which states of a cocktail the rest of its road may have been gone on paper."""


@dataclass(frozen=True)
class Paper:
    """What stands on a worksheet: out of what, who prepared, released and gave it, when, and how it ended.

    Of what went through the system as far as this, the system's own record holds (`told_by`). `leftover` and
    `dead_space`, kept by needle and hub, are None where the paper does not say. `sites` are as many of the
    places where it went as the paper names.
    """

    sources: Sequence[Source]
    prepared_by_id: int
    prepared_at: datetime
    released_by_id: int
    given_by_id: int
    done_at: datetime
    outcome: str
    given: Quantity
    words: str = ""
    leftover: Quantity | None = None
    dead_space: Quantity | None = None
    sites: Sequence[tuple[Laid, How]] = ()


def told_by(paper: Paper, attempt: Attempt | None) -> Paper:
    """The paper with what the system knows itself: who prepared it when, and who released it."""
    if attempt is None or attempt.prepared_at is None:
        return paper
    known = {"prepared_by_id": attempt.preparer_id, "prepared_at": attempt.prepared_at}
    if attempt.releaser_id is not None:
        known["released_by_id"] = attempt.releaser_id
    return replace(paper, **known)  # type: ignore[arg-type]


def must_be(cocktail: Cocktail, attempt: Attempt | None, paper: Paper, reason: str, at: datetime) -> None:
    """Refuse what cannot have been so: state, lines, times, names; and an entry without a reason."""
    _is_open(cocktail)
    _is_whole(cocktail, attempt, paper)
    _in_order(paper, reason, at)
    _after_the_system(attempt, paper)
    _by_whom(cocktail, paper)
    _fits(paper)


def _fits(paper: Paper) -> None:
    """Refuse sites that took more than was given; they may be fewer than there were."""
    placed = sum(laid.points * laid.per_point.whole() for laid, _ in paper.sites)
    if placed > paper.given.whole():
        told = f"{show(Quantity(placed, VOLUME))} is said to have gone into the areas, more than was given."
        raise refuse("paper.sites_too_much", "areas", told, "Correct one of the two.", field="given")


def _is_open(cocktail: Cocktail) -> None:
    if cocktail.state not in ENTERED_FROM:
        state = cocktails.words(cocktail.state)
        told = f"{cocktail.code} is {state}; a worksheet on paper is of what was verified, not yet given."
        remedy = "Load the page again to see what it waits for."
        raise refuse("cocktail.wrong_state", cocktail.code, told, remedy)


def _is_whole(cocktail: Cocktail, attempt: Attempt | None, paper: Paper) -> None:
    lines, typed = lines_of(cocktail), {source.line for source in paper.sources}
    if typed and attempt is not None and attempt.prepared_at is not None:
        told = "It was prepared in the system, so that its lines are on record."
        raise refuse("paper.drawn_already", cocktail.code, told, "Leave the lines empty.", field="lines")
    missing = sorted(lines - typed - drawn_lines(attempt))
    if missing or typed - lines:
        listed = joined(map(str, missing))
        told = f"Nothing is typed for line {listed}." if missing else "There is no such line."
        remedy = "Type lot and volume of each line."
        raise refuse("paper.line_missing", cocktail.code, told, remedy, field="lines")


def lines_of(cocktail: Cocktail) -> set[int]:
    """The numbers of its lines."""
    return {line.number for line in cocktail_queries.revision(cocktail).lines}


def drawn_lines(attempt: Attempt | None) -> set[int]:
    """The lines of which something was drawn in the system."""
    return set() if attempt is None else {draw.line_number for draw in preparations.draws(attempt.id)}


def _in_order(paper: Paper, reason: str, at: datetime) -> None:
    must_be_past(paper.done_at, at, reason)
    if paper.prepared_at > paper.done_at:
        told = "It was given before it was prepared, as it is typed."
        raise refuse("paper.wrong_order", "the times", told, "Correct one of the two.", field="prepared_at")
    if not reason.strip():
        told = "Nobody said why it is entered from paper."
        raise refuse("after.no_reason", "the reason", told, "Say why in a few words.", field="reason")


def _after_the_system(attempt: Attempt | None, paper: Paper) -> None:
    """Refuse times before what the system itself saw: its claim, its draws, its release."""
    if attempt is None:
        return
    last = max([attempt.claimed_at, *(draw.drawn_at for draw in preparations.draws(attempt.id))])
    told = "That is before what the system itself saw of it."
    remedy = "Read the paper again; what was claimed by mistake is given back first."
    if attempt.prepared_at is None and paper.prepared_at < last:
        raise refuse("paper.wrong_order", "the times", told, remedy, field="prepared_at")
    if paper.done_at < (attempt.released_at or attempt.prepared_at or last):
        raise refuse("paper.wrong_order", "the times", told, remedy, field="done_at")


def _by_whom(cocktail: Cocktail, paper: Paper) -> None:
    """Refuse a name of somebody who may not have done it here."""
    named = (
        ("prepared_by_id", paper.prepared_by_id, Permission.PREPARE),
        ("released_by_id", paper.released_by_id, Permission.RELEASE),
        ("given_by_id", paper.given_by_id, Permission.ADMINISTER),
    )
    for field, person, permission in named:
        if person not in dict(accounts.persons_who_may(permission, cocktail.site_id)):
            name = accounts.person_names([person]).get(person, "This person")
            told, remedy = f"{name} may not do this here.", "Choose who did it; the paper is signed."
            raise refuse("paper.may_not", name, told, remedy, field=field)
