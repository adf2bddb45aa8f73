"""An attempt to reach a patient of a case, and what came of it."""

from datetime import date, datetime

from formulary.accounts import Actor
from formulary.db import db, once
from formulary.recalls import queries
from formulary.recalls.actions.freezing import HAS_A_LIST
from formulary.recalls.actions.stepping import leave, step_from
from formulary.recalls.labels import refusals
from formulary.recalls.models import CHANNELS, OUTCOMES, RecallCase, RecallContact


@once
def record_contact(
    case_id: int,
    patient_id: int,
    *,
    channel: str,
    outcome: str,
    at: datetime,
    by: Actor,
    tried_at: datetime | None = None,
    note: str = "",
    next_on: date | None = None,
) -> RecallContact:
    """One attempt on one patient of the list; a slip is put right by a further one."""
    case = step_from(case_id, HAS_A_LIST, "worked on", by)
    if case.is_drill:
        raise refusals.is_a_drill()
    if channel not in CHANNELS or outcome not in OUTCOMES:
        raise ValueError(f"{channel!r} and {outcome!r} are no contact")
    if tried_at is not None and tried_at > at:
        raise refusals.late("tried_at")
    line = queries.one_reachable(case_id, patient_id)
    row = RecallContact(
        case_id=case.id, patient_id=line.patient_id, channel=channel, outcome=outcome, note=note,
        next_on=next_on, at=tried_at or at, recorded_at=at, by_id=by.person_id,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    leave(
        case,
        "contact",
        at=at,
        by=by,
        told={"patient": line.patient_id, "channel": channel, "outcome": outcome},
    )
    return row


@once
def record_letters(
    case_id: int, *, at: datetime, by: Actor, note: str = "", next_on: date | None = None
) -> RecallCase:
    """A letter was sent to every patient who is not answered for: an attempt each, in one act."""
    case = step_from(case_id, HAS_A_LIST, "worked on", by)
    if case.is_drill:
        raise refusals.is_a_drill()
    waiting = [line for line in queries.reachable(case_id) if not line.is_concluded]
    if not waiting:
        raise refusals.nobody_waits()
    same = {"case_id": case.id, "channel": "letter", "outcome": "tried", "note": note, "next_on": next_on}
    same |= {"at": at, "recorded_at": at, "by_id": by.person_id}
    db.session.add_all(RecallContact(patient_id=line.patient_id, **same) for line in waiting)
    leave(case, "letters", at=at, by=by, told={"letters": len(waiting)})
    return case
