"""A worksheet on paper, typed in afterwards: what was drawn, released and given, by whom, and when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.accounts import queries as accounts
from formulary.administrations.actions.afterwards.flags import flagged
from formulary.administrations.actions.afterwards.sources import Past, Source, draw_from
from formulary.administrations.actions.afterwards.writing import (
    Found,
    Gave,
    look,
    must_be_past,
    told_of,
    write_session,
)
from formulary.administrations.actions.closing import consistent
from formulary.administrations.models import LATE, AfterRecord
from formulary.audit import record
from formulary.cocktails import actions as cocktails
from formulary.cocktails import queries as cocktail_queries
from formulary.cocktails.actions.reserving import release_reservations
from formulary.cocktails.models import Cocktail
from formulary.db import db, once
from formulary.patients import queries as patients
from formulary.preparations import facts as bench
from formulary.preparations import queries as preparations
from formulary.preparations.models import Attempt
from formulary.rules.findings import Stage, joined, refuse
from formulary.rules.units import Quantity
from formulary.stock import queries as shelf


@dataclass(frozen=True)
class Paper:
    """What stands on a worksheet: out of what, who prepared, released and gave it, when, and how it ended."""

    sources: Sequence[Source]
    prepared_by_id: int
    prepared_at: datetime
    released_by_id: int
    given_by_id: int
    done_at: datetime
    outcome: str
    given: Quantity
    words: str = ""


@once
def record_late(cocktail_id: int, paper: Paper, *, reason: str, at: datetime, by: Actor) -> AfterRecord:
    """Record what was prepared and given on paper while the system was down, for a verified cocktail.

    The time of the act stands apart from that of the record. No check stops it: what they find, as of then
    and as of now, is kept; each step is written, by whom it was done, and another person signs for it all.
    Refused for another state, for a line without a source, for times to come or the wrong way round, for a
    name of somebody who may not do it, and without a reason.
    """
    by.must(Permission.ADMINISTER)
    cocktail = cocktail_queries.locked(cocktail_id, by)
    _is_verified(cocktail)
    _is_whole(cocktail, paper)
    _in_order(paper, reason, at)
    _by_whom(cocktail, paper)
    consistent(paper.outcome, paper.given.whole(), paper.words)
    attempt = _attempt(cocktail, paper)
    found = look(attempt, (Stage.CLAIM,), paper.prepared_at, at) + flagged(attempt, paper.done_at, at)
    release_reservations(cocktail, why="recorded late", at=at)
    drawing = Past(paper.prepared_at, paper.prepared_by_id, at, by, reason.strip())
    moved = [row for source in paper.sources for row in draw_from(attempt, source, drawing)]
    _limit(attempt)
    found += look(attempt, (Stage.FINAL, Stage.ADMINISTER), paper.done_at, at)
    _steps(cocktail, paper, reason, at=at, by=by)
    patient = patients.patient(cocktail.patient_id, by=by, at=at)
    gave = Gave(paper.outcome, paper.given.whole(), paper.given_by_id, paper.words)
    identity = {"code": patient.code, "born_on": patient.born_on.isoformat(), "recorded": LATE}
    identity |= {"label": cocktail.code}
    session, given = write_session(attempt, gave, done_at=paper.done_at, at=at, by=by, identity=identity)
    row = _record(attempt, session.id, (paper, found), reason, at=at, by=by)
    new = told_of(row, attempt) | {"outcome": paper.outcome, "released_by": paper.released_by_id}
    told = {"new": new, "reason": row.reason, "movements": [*moved, *given]}
    record("administrations.record_late", session, by=by, at=at, **told)
    return row


def _is_verified(cocktail: Cocktail) -> None:
    if cocktail.state != "verified":
        state = cocktails.words(cocktail.state)
        told = f"{cocktail.code} is {state}, and a worksheet on paper is of what was verified."
        raise refuse(
            "cocktail.wrong_state", cocktail.code, told, "Load the page again to see what it waits for."
        )


def _is_whole(cocktail: Cocktail, paper: Paper) -> None:
    lines = {line.number for line in cocktail_queries.revision(cocktail).lines}
    missing = sorted(lines - {source.line for source in paper.sources})
    if missing or {source.line for source in paper.sources} - lines:
        listed = joined(map(str, missing))
        told = f"Nothing is typed for line {listed}." if missing else "There is no such line."
        raise refuse(
            "paper.line_missing", cocktail.code, told, "Type lot and volume of each line.", field="lines"
        )


def _in_order(paper: Paper, reason: str, at: datetime) -> None:
    must_be_past(paper.done_at, at, reason)
    if paper.prepared_at > paper.done_at:
        told = "It was given before it was prepared, as it is typed."
        raise refuse("paper.wrong_order", "the times", told, "Correct one of the two.", field="prepared_at")
    if not reason.strip():
        told = "Nobody said why it is entered from paper."
        raise refuse("after.no_reason", "the reason", told, "Say why in a few words.", field="reason")


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


def _attempt(cocktail: Cocktail, paper: Paper) -> Attempt:
    revision = cocktail_queries.revision(cocktail)
    attempt = Attempt(
        cocktail=cocktail,
        revision_id=revision.id,
        patient_id=cocktail.patient_id,
        site_id=cocktail.site_id,
        place_id=shelf.place(cocktail.site_id, "preparation").id,
        number=preparations.numbers(cocktail.id) + 1,
        state="administering",
        prescriber_id=revision.prescriber_id,
        verifier_id=revision.verifier_id,
        self_verified=revision.self_checked,
        preparer_id=paper.prepared_by_id,
        claimed_at=paper.prepared_at,
        prepared_at=paper.prepared_at,
        releaser_id=paper.released_by_id,
        released_at=paper.prepared_at,
        self_released=paper.released_by_id == paper.prepared_by_id,
        ended_reason=LATE,
    )
    db.session.add(attempt)
    db.session.flush()
    return attempt


def _limit(attempt: Attempt) -> None:
    """Until when it might be used, as of its preparation, where that can be told: the checks look at it."""
    drawn_at = attempt.claimed_at
    until = bench.beyond_use(attempt, bench.gather_attempt(attempt, at=drawn_at), drawn_at)
    if until.at is not None and until.limited_by is not None:
        attempt.beyond_use_at, attempt.beyond_use_limit = until.at, until.limited_by.name[:200]


def _steps(cocktail: Cocktail, paper: Paper, reason: str, *, at: datetime, by: Actor) -> None:
    """Each step of the road, at its time and by whom it was done; none is left out."""
    prepared, given = (paper.prepared_by_id, paper.prepared_at), (paper.given_by_id, paper.done_at)
    released = (paper.released_by_id, paper.prepared_at)
    alone = paper.released_by_id == paper.prepared_by_id
    for state, (person, when) in (
        ("in_preparation", prepared),
        ("prepared", prepared),
        ("released", released),
        ("administering", given),
        ("administered", given),
    ):
        told = {"reason": f"recorded late: {reason}", "self_checked": alone and state == "released"}
        cocktails.move(cocktail, state, at=when, by=by, done_by=person, **told)
    cocktail.recorded = LATE
    db.session.flush()


def _record(
    attempt: Attempt, session_id: int, told: tuple[Paper, Found], reason: str, *, at: datetime, by: Actor
) -> AfterRecord:
    paper, found = told
    row = AfterRecord(
        kind=LATE,
        cocktail_id=attempt.cocktail_id,
        administration_id=session_id,
        patient_id=attempt.patient_id,
        site_id=attempt.site_id,
        done_at=paper.done_at,
        given_by_id=paper.given_by_id,
        prepared_by_id=paper.prepared_by_id,
        recorded_at=at,
        recorded_by_id=by.person_id,
        reason=reason.strip(),
        then=list(found.then),
        now=list(found.now),
    )
    db.session.add(row)
    db.session.flush()
    return row
