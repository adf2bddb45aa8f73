"""What the practitioner does when a patient calls, by the doors of the room."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from formulary import clock
from formulary.administrations.actions import reactions as actions
from formulary.administrations.actions.reactions import Felt
from formulary.administrations.models import Administration, Reaction
from formulary.administrations.queries import reactions as queries
from formulary.db import db, transaction
from formulary.patch_tests.models import PatchTest
from tests.administrations.doing import close, points, practitioner
from tests.support.stages import Road

HOUR = timedelta(hours=1)
MILD = Felt(kinds=(), severity="mild", outcome="resolved", reported_by="patient")


def given(road: Road) -> Administration:
    """The melasma cocktail, four fifths of it given at noon."""
    begun = road.started()
    points(begun, 80)
    return close(begun, "1")


def kind(word: str = "redness") -> int:
    """A kind of the checklist by its word."""
    return next(row.id for row in queries.kinds() if row.word == word)


def felt(*words: str, **more: Any) -> Felt:
    """A mild redness that went away, told by the patient, or what is said otherwise."""
    kinds = tuple(kind(word) for word in words or ("redness",))
    return replace(MILD, **{"kinds": kinds} | more)


def recorded(after: Administration | PatchTest, said: Felt | None = None, **more: Any) -> Reaction:
    """A reaction after a session or a test, recorded now."""
    told = {"at": clock.now(), "by": practitioner()} | more
    act = actions.record_after_test if isinstance(after, PatchTest) else actions.record_after_session
    with transaction():
        return act(after.id, said or felt(), **told)


def corrected(row: Reaction, said: Felt, reason: str = "Asked again") -> Reaction:
    """The same reaction with a further report."""
    fresh = seen(row)
    told = {"version": fresh.row_version, "at": clock.now(), "by": practitioner()}
    with transaction():
        return actions.correct_reaction(row.id, said, reason=reason, **told)


def withdrawn(row: Reaction, reason: str = "It was another patient") -> Reaction:
    """The same reaction, taken back."""
    told = {"version": seen(row).row_version, "at": clock.now(), "by": practitioner()}
    with transaction():
        return actions.withdraw_reaction(row.id, reason=reason, **told)


def followed_up(row: Reaction, outcome: str = "resolved", **more: Any) -> Reaction:
    """Somebody asked again."""
    told = {"version": seen(row).row_version, "at": clock.now(), "by": practitioner()}
    with transaction():
        return actions.follow_up(row.id, outcome=outcome, **told | more)


def seen(row: Reaction) -> Reaction:
    """The reaction as it is now, also where the test has read it before."""
    db.session.expire_all()
    return queries.reaction(row.id, by=practitioner(), at=clock.now())
