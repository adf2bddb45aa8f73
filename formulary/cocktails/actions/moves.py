"""One step of the state machine: allowed or refused, and written down."""

from datetime import datetime

from formulary.accounts import Actor
from formulary.cocktails.labels import way
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
) -> Transition:
    """Take the cocktail to another state; Refused where the state machine has no such arrow, Forbidden
    without the right.
    """
    arrow = way(cocktail.state, to_state)
    if arrow is None:
        raise refuse(
            "cocktail.wrong_state",
            cocktail.code,
            f"{cocktail.code} is {words(cocktail.state)} and cannot go from there to {words(to_state)}.",
            "Load the page again to see what it waits for.",
        )
    by.must(arrow.permission)
    step = Transition(
        cocktail_id=cocktail.id,
        from_state=cocktail.state,
        to_state=to_state,
        revision_number=cocktail.revision_number,
        at=at,
        by_id=by.person_id,
        reason=reason,
        self_checked=self_checked,
    )
    cocktail.state = to_state
    db.session.add(step)
    db.session.flush()
    return step


def words(state: str) -> str:
    """A state as people say it."""
    return state.replace("_", " ")
