"""The rows of a session that is over: given out of its draws, in the ledger, the exposures and the trail."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from formulary.accounts import Actor
from formulary.accounts import queries as accounts
from formulary.accounts.facts import site_policies
from formulary.administrations.actions.closing import given_lot, post_share, split
from formulary.administrations.actions.exposing import expose
from formulary.administrations.labels.afterwards import is_untold
from formulary.administrations.models import Administration, AfterRecord
from formulary.cocktails.actions.reserving import release_reservations
from formulary.cocktails.labels.rows import answer_row
from formulary.db import db
from formulary.preparations import facts as bench
from formulary.preparations import queries as preparations
from formulary.preparations.models import Attempt
from formulary.rules import checklist, facts
from formulary.rules.findings import Level, Stage, refuse
from formulary.rules.units import VOLUME, Quantity
from formulary.stock import queries as shelf
from formulary.stock.facts import as_held
from formulary.stock.models import Movement

LATE_AFTER_MINUTES = 60
GRADES = ("confirmed", "probable", "possible")
"""From the best known to the least: of several draws the least known one speaks."""
Rows = tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Gave:
    """How it ended: outcome, how much of what was drawn was given (nL), by whom, and why so.

    `leftover` (nL) is None where nobody said: then it is what was neither given nor kept by the device.
    """

    outcome: str
    volume: int
    by_id: int
    words: str
    leftover: int | None = None
    dead_space: int = 0


def write_session(
    attempt: Attempt, gave: Gave, *, done_at: datetime, at: datetime, by: Actor, identity: dict[str, str]
) -> tuple[Administration, list[Movement]]:
    """The closed session with its ledger rows: to the patient what was given, to waste the rest."""
    draws, drawn = preparations.draws(attempt.id), poured(attempt)
    if gave.volume > drawn:
        reason = "More is said to have been given than was drawn."
        raise refuse("after.more_than_drawn", "given", reason, "Correct one of the two.", field="given")
    gave = _accounted(attempt, gave, drawn, at)
    session = _session(attempt, gave, drawn, done_at=done_at, identity=identity)
    db.session.add(session)
    db.session.flush()
    shares = split(draws, gave.volume, drawn, dead=gave.dead_space)
    moved = [row for share in shares for row in post_share(session, attempt, share, at=at, by=by)]
    db.session.add_all([given_lot(session, share) for share in shares])
    given = [(preparations.lot(share.draw.lot_id), share.given) for share in shares]
    grade = max((draw.grade for draw in draws), key=GRADES.index)
    expose(session, given, grade=grade, is_top_up=attempt.cocktail.is_top_up)
    attempt.state, attempt.total, attempt.cocktail.outcome = "administered", drawn, gave.outcome
    release_reservations(attempt.cocktail, why="recorded afterwards", at=at)
    db.session.flush()
    return session, moved


def poured(attempt: Attempt) -> int:
    """The volume that was drawn in all (nL): what dissolved a powder in its vial is in the powder's."""
    draws = preparations.draws(attempt.id)
    vials = shelf.vials_by_id({draw.vial_id for draw in draws if draw.vial_id})
    own = {key: vial.lot_id for key, vial in vials.items()}
    return sum(d.volume for d in draws if d.via != "diluent" or own.get(d.vial_id or 0) == d.lot_id)


def _accounted(attempt: Attempt, gave: Gave, drawn: int, at: datetime) -> Gave:
    """The same with what was left over; Refused where the volumes do not come to what was drawn (R1).

    What was not given whole, with its reason, may leave over what nobody measured, never less than 0.
    """
    rest = drawn - gave.volume - gave.dead_space
    if gave.leftover is None and gave.outcome != "given" and rest >= 0:
        return replace(gave, leftover=rest)
    volumes = {"released": drawn, "leftover": gave.leftover or 0, "dead_space": gave.dead_space}
    told = facts.AdministeredFacts(
        sites=(Quantity(gave.volume, VOLUME),),
        policies=site_policies(accounts.site(attempt.site_id), at),
        **{name: Quantity(steps, VOLUME) for name, steps in volumes.items()},
    )
    for finding in checklist.check_given(told):
        if (finding.level or Level.INFO) >= Level.STOP:
            remedy = "Type what was left over, or say that it was partly given and why."
            raise refuse("after.not_accounted", "volumes", finding.reason, remedy, field="leftover")
    return replace(gave, leftover=gave.leftover or 0)


@dataclass(frozen=True)
class Found:
    """What the checks found that would have asked for an answer: as of the act, and as of the record."""

    then: Rows = ()
    now: Rows = ()

    def __add__(self, other: "Found") -> "Found":
        """What both found, once each."""
        return Found(_once(self.then, other.then), _once(self.now, other.now))


def look(attempt: Attempt, stages: Sequence[Stage], done_at: datetime, at: datetime) -> Found:
    """Run the checks before anything of the step is written, so that no act counts against itself.

    Holds are those of the instant; what nobody can tell as of then is left out of it. Nothing is refused.
    """
    then, now = _facts(attempt, done_at), _facts(attempt, at)
    told = [row for row in _rows(_as_held_at(then, done_at), stages) if not is_untold(row["code"])]
    return Found(tuple(told), _rows(now, stages))


def _facts(attempt: Attempt, at: datetime) -> facts.Cocktail:
    return bench.gather_attempt(attempt, at=at).cocktail


def _rows(told: facts.Cocktail, stages: Sequence[Stage]) -> Rows:
    found = (f for stage in stages for f in checklist.run(told, stage).at_least(Level.WARN))
    return _once([answer_row(finding) for finding in found])


def _once(*rows: Sequence[dict[str, Any]]) -> Rows:
    each = (row for part in rows for row in part)
    return tuple({(row["code"], row["subject"], row["line"]): row for row in each}.values())


def _as_held_at(told: facts.Cocktail, at: datetime) -> facts.Cocktail:
    """The same facts with the holds that stood then."""
    holds = shelf.holds_at(at)
    draws = tuple(replace(draw, stock=as_held([draw.stock], holds)[0]) for draw in told.draws)
    return replace(told, stock=as_held(told.stock, holds), picked=as_held(told.picked, holds), draws=draws)


def must_be_past(done_at: datetime, at: datetime, reason: str) -> None:
    """Refuse an instant that is still to come, and one long ago without a word on why it is entered now."""
    if done_at > at:
        told = "This instant is still to come."
        raise refuse("after.ahead", "the time", told, "Say when it was done.", field="done_at")
    if (at - done_at).total_seconds() > LATE_AFTER_MINUTES * 60 and not reason.strip():
        told = "It was done more than an hour ago, and nobody said why it is entered now."
        raise refuse("after.no_reason", "the reason", told, "Say why in a few words.", field="reason")


def told_of(record: AfterRecord, attempt: Attempt) -> dict[str, Any]:
    """What the trail keeps: whom it reached, out of which draws, who did it, what the checks found."""
    return {
        "patient": record.patient_id,
        "cocktail": attempt.cocktail.code,
        "done_at": record.done_at.isoformat(),
        "given_by": record.given_by_id,
        "prepared_by": record.prepared_by_id,
        "draws": [draw.id for draw in preparations.draws(attempt.id)],
        "found_then": sorted({row["code"] for row in record.then}),
        "found_now": sorted({row["code"] for row in record.now}),
    }


def _session(
    attempt: Attempt, gave: Gave, drawn: int, *, done_at: datetime, identity: dict[str, str]
) -> Administration:
    return Administration(
        attempt_id=attempt.id,
        cocktail_id=attempt.cocktail_id,
        patient_id=attempt.patient_id,
        site_id=attempt.site_id,
        state="closed",
        started_at=done_at,
        started_by_id=gave.by_id,
        identity=identity,
        closed_at=done_at,
        closed_by_id=gave.by_id,
        outcome=gave.outcome,
        released=drawn,
        given=gave.volume,
        leftover=gave.leftover or 0,
        dead_space=gave.dead_space,
        difference=drawn - gave.volume - (gave.leftover or 0) - gave.dead_space,
        reason=gave.words,
    )
