"""A worksheet on paper, typed in afterwards: what was drawn, released and given, by whom, and when."""

from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.administrations.actions.afterwards.doubts import answered, looked_at_again
from formulary.administrations.actions.afterwards.flags import flagged
from formulary.administrations.actions.afterwards.paper import Paper, must_be, told_by
from formulary.administrations.actions.afterwards.reading import on_record
from formulary.administrations.actions.afterwards.sources import draw_from
from formulary.administrations.actions.afterwards.told import Past
from formulary.administrations.actions.afterwards.writing import Found, Gave, look, told_of, write_session
from formulary.administrations.actions.closing import consistent
from formulary.administrations.actions.recording import write_site
from formulary.administrations.models import LATE, Administration, AfterRecord
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
from formulary.rules.findings import Stage
from formulary.stock import queries as shelf
from formulary.stock.models import Movement

ROAD = ("verified", "in_preparation", "prepared", "released", "administering", "administered")


@once
def record_late(
    cocktail_id: int, paper: Paper, *, reason: str, sure: str = "", at: datetime, by: Actor
) -> AfterRecord:
    """Record what was prepared and given on paper while the system was down, for a verified cocktail.

    Where the preparation had begun, what was drawn, prepared and released in the system is kept, and the
    paper tells the rest. The time of the act stands apart from that of the record. No check stops it: what
    they find, as of then and as of now, is kept; each step is written, by whom it was done, and another
    person signs for it all. What is odd about time and volume is looked at again: `sure` says why it was so.
    Refused for another state, for a line without a source, for times to come or the
    wrong way round, for a name of somebody who may not do it, and without a reason.
    """
    by.must(Permission.ADMINISTER)
    cocktail = cocktail_queries.locked(cocktail_id, by)
    begun = _begun(cocktail, by)
    paper = told_by(paper, begun)
    must_be(cocktail, begun, paper, reason, at)
    consistent(paper.outcome, paper.given.whole(), paper.words)
    who, where = cocktail.patient, {"site_id": cocktail.site_id, "sure": sure}
    odd, reason = looked_at_again(paper.sources, who, paper.done_at, **where), answered(reason, sure)
    attempt = begun or _attempt(cocktail, paper)
    found, moved = _prepared(cocktail, attempt, paper, reason, at=at, by=by)
    found += look(attempt, _still_asked(cocktail), paper.done_at, at)
    found += flagged(attempt, paper.done_at, at) + odd
    _steps(cocktail, paper, reason, at=at, by=by)
    session, given = _given(attempt, paper, at=at, by=by)
    for laid, how in paper.sites:
        write_site(session, laid, how, at=at, by=by)
    row = _record(attempt, session.id, (paper, found), reason, at=at, by=by)
    new = told_of(row, attempt) | {"outcome": paper.outcome, "released_by": paper.released_by_id}
    told = {"new": new, "reason": row.reason, "movements": [*moved, *given]}
    record("administrations.record_late", session, by=by, at=at, **told)
    return row


def _begun(cocktail: Cocktail, by: Actor) -> Attempt | None:
    """The attempt under way in the system; None for what nobody had claimed there."""
    if cocktail.state == "verified":
        return None
    return preparations.latest(cocktail.id, by) if preparations.numbers(cocktail.id) else None


def _prepared(
    cocktail: Cocktail, attempt: Attempt, paper: Paper, reason: str, *, at: datetime, by: Actor
) -> tuple[Found, list[Movement]]:
    """What was drawn on paper, and until when it was good; nothing where the system saw it prepared."""
    if attempt.prepared_at is not None:
        _released(attempt, paper)
        return Found(), []
    stages = (Stage.CLAIM,) if cocktail.state == "verified" else ()
    found = look(attempt, stages, paper.prepared_at, at)
    past = Past(paper.prepared_at, paper.prepared_by_id, at, by, reason.strip())
    sources = [on_record(source, past) for source in paper.sources]
    moved = [row for source in sources for row in draw_from(attempt, source, past)]
    release_reservations(cocktail, why="recorded late", at=at)
    _limit(attempt)
    attempt.preparer_id, attempt.prepared_at = paper.prepared_by_id, paper.prepared_at
    for step in attempt.planned:
        step.state = "dropped" if step.state == "planned" else step.state
    _released(attempt, paper)
    return found, moved


def _released(attempt: Attempt, paper: Paper) -> None:
    """Released as the paper says, where the system did not see it."""
    if attempt.releaser_id is None:
        drew = {attempt.preparer_id, *(draw.by_id for draw in preparations.draws(attempt.id))}
        attempt.self_released = paper.released_by_id in drew
        attempt.releaser_id, attempt.released_at = paper.released_by_id, paper.prepared_at
    attempt.state, attempt.ended_reason = "administering", LATE
    db.session.flush()


def _still_asked(cocktail: Cocktail) -> tuple[Stage, ...]:
    return (Stage.ADMINISTER,) if cocktail.state == "released" else (Stage.FINAL, Stage.ADMINISTER)


def _attempt(cocktail: Cocktail, paper: Paper) -> Attempt:
    revision = cocktail_queries.revision(cocktail)
    attempt = Attempt(
        cocktail=cocktail,
        revision_id=revision.id,
        patient_id=cocktail.patient_id,
        site_id=cocktail.site_id,
        place_id=shelf.place(cocktail.site_id, "preparation").id,
        number=preparations.numbers(cocktail.id) + 1,
        prescriber_id=revision.prescriber_id,
        verifier_id=revision.verifier_id,
        self_verified=revision.self_checked,
        preparer_id=paper.prepared_by_id,
        claimed_at=paper.prepared_at,
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
    """Each step of the road that is left, at its time and by whom it was done; none is left out."""
    prepared, given = (paper.prepared_by_id, paper.prepared_at), (paper.given_by_id, paper.done_at)
    who = {
        "released": (paper.released_by_id, paper.prepared_at),
        "administering": given,
        "administered": given,
    }
    alone = paper.released_by_id == paper.prepared_by_id
    for state in ROAD[ROAD.index(cocktail.state) + 1 :]:
        person, when = who.get(state, prepared)
        told = {"reason": f"recorded late: {reason}", "self_checked": alone and state == "released"}
        cocktails.move(cocktail, state, at=when, by=by, done_by=person, **told)
    cocktail.recorded = LATE
    db.session.flush()


def _given(
    attempt: Attempt, paper: Paper, *, at: datetime, by: Actor
) -> tuple[Administration, list[Movement]]:
    """The session as the paper tells it."""
    patient = patients.patient(attempt.patient_id, by=by, at=at)
    left = paper.leftover.whole() if paper.leftover is not None else None
    dead = paper.dead_space.whole() if paper.dead_space is not None else 0
    gave = Gave(paper.outcome, paper.given.whole(), paper.given_by_id, paper.words, left, dead)
    identity = {"code": patient.code, "born_on": patient.born_on.isoformat(), "recorded": LATE}
    identity |= {"label": attempt.cocktail.code}
    return write_session(attempt, gave, done_at=paper.done_at, at=at, by=by, identity=identity)


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
