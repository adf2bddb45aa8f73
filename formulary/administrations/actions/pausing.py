"""Leaving a session for a while, and going on with it: by anybody who may give, label and patient again."""

from datetime import date, datetime

from formulary.accounts import Actor
from formulary.administrations.actions.giving import checked_again, identified, labelled
from formulary.administrations.actions.recording import under_way
from formulary.administrations.models import Administration, SessionPause
from formulary.audit import record
from formulary.db import db, once
from formulary.preparations import queries as preparations
from formulary.rules.findings import refuse


@once
def pause(administration_id: int, *, reason: str, at: datetime, by: Actor) -> Administration:
    """Leave a session for a while, with a reason; refused where it is paused already."""
    session = under_way(administration_id, by)
    if session.pause is not None:
        raise refuse("administration.paused", "this session", "It is paused already.", "Load the page again.")
    if not reason.strip():
        words, remedy = "Nobody said why it is paused.", "Say why in a few words."
        raise refuse("administration.reason_missing", "reason", words, remedy, field="why")
    session.pauses.append(SessionPause(paused_at=at, paused_by_id=by.person_id, reason=reason.strip()))
    db.session.flush()
    record("administrations.pause", session, by=by, at=at, reason=reason)
    return session


@once
def resume(
    administration_id: int, *, label: str, patient_code: str, born_on: date, at: datetime, by: Actor
) -> Administration:
    """Go on with a paused session: the label and the patient identified anew, every check run again.

    Refused past the beyond-use date: what was given until then is closed as partly given.
    """
    session = under_way(administration_id, by)
    left = session.pause
    if left is None:
        raise refuse("administration.not_paused", "this session", "It is not paused.", "Load the page again.")
    attempt = preparations.locked(session.attempt_id, by)
    if labelled(label, by).attempt_id != attempt.id:
        reason, remedy = (
            "This is the label of another cocktail.",
            "Put it back, and scan the one of this session.",
        )
        raise refuse("label.another", label, reason, remedy, field="label")
    identified(session.patient_id, patient_code, born_on, at=at, by=by)
    checked_again(attempt, at=at, by=by)
    left.resumed_at, left.resumed_by_id = at, by.person_id
    new = {"label": label, "code": patient_code, "born_on": born_on.isoformat()}
    record("administrations.resume", session, by=by, at=at, new=new)
    return session
