"""Starting a session: the label scanned, the patient identified twice, what is new asked, all checked."""

from datetime import date, datetime

from formulary.accounts import Actor, Permission
from formulary.accounts import queries as accounts
from formulary.administrations import queries
from formulary.administrations.models import Administration
from formulary.audit import record
from formulary.cocktails.actions import move, must_be_answered
from formulary.db import Missing, db, once
from formulary.patients import queries as patients
from formulary.preparations import facts as bench
from formulary.preparations import queries as preparations
from formulary.preparations.actions.acts import words
from formulary.preparations.models import Attempt, Syringe
from formulary.rules import checklist
from formulary.rules.findings import Stage, refuse


@once
def start(
    label: str, *, patient_code: str, born_on: date, anything_new: bool, at: datetime, by: Actor
) -> Administration:
    """Begin to give what a label names: identity by two identifiers, allergies asked, every check again.

    Refused for another patient's label, past its beyond-use date, on hold, without consent, with a patch
    test that no longer clears, and where something is new that must first be recorded.
    """
    by.must(Permission.ADMINISTER)
    syringe = labelled(label, by)
    attempt = preparations.locked(syringe.attempt_id, by)
    identified(attempt.patient_id, patient_code, born_on, at=at, by=by)
    _nothing_new(patient_code, anything_new)
    _is_ready(attempt, by)
    move(attempt.cocktail, "administering", at=at, by=by)
    checked_again(attempt, at=at, by=by)
    attempt.state = "administering"
    session = _session(attempt, at=at, by=by)
    session.identity = {"label": syringe.code, "code": patient_code, "born_on": born_on.isoformat()}
    db.session.add(session)
    db.session.flush()
    new = {"cocktail": attempt.cocktail.code, "label": syringe.code}
    record("administrations.start", session, by=by, at=at, new=new)
    return session


def labelled(label: str, by: Actor) -> Syringe:
    """The container whose label was scanned or typed; Refused where there is none at this site."""
    try:
        return queries.container(label, by)
    except Missing:
        reason = f"No released cocktail of this site has the label {label}."
        remedy = "Scan the label again, or type the code that stands under it: C-1842/1.1."
        raise refuse("label.unknown", label, reason, remedy, field="label") from None


def identified(patient_id: int, code: str, born_on: date, *, at: datetime, by: Actor) -> None:
    """Refuse a label where the patient identified by code and birth is not the one it was made for."""
    patient = patients.patient(patient_id, by=by, at=at)
    if (patient.code, patient.born_on) != (code.strip().upper(), born_on):
        raise refuse(
            "patient.not_this_one",
            code,
            "The label is for another patient than the one you identified.",
            "Put it back, and scan the label made for this patient.",
            field="patient_code",
        )


def checked_again(attempt: Attempt, *, at: datetime, by: Actor) -> None:
    """Run every check of giving as of now; Refused where one is not answered."""
    told = bench.gather_attempt(attempt, at=at, by=by).cocktail
    must_be_answered(checklist.run(told, Stage.ADMINISTER), preparations.revision(attempt))


def _nothing_new(code: str, anything_new: bool) -> None:
    if anything_new:
        raise refuse(
            "patient.something_new",
            code,
            "Something is new since it was prescribed.",
            "Record it on the patient's page first: the checks then look at it, and you start again.",
            field="anything_new",
        )


def _is_ready(attempt: Attempt, by: Actor) -> None:
    if attempt.state == "released":
        return
    session, code = queries.of_attempt(attempt.id, by), attempt.cocktail.code
    if session is not None and session.state == "started":
        name = accounts.person_names([session.started_by_id])[session.started_by_id]
        reason, remedy = f"{name} has begun to give {code}.", "Go on with that session from the list."
    elif session is not None:
        closed = f"The session of {code} is closed: it was {words(session.outcome)}."
        reason, remedy = closed, "Take a cocktail that was released."
    else:
        reason, remedy = f"{code} is {words(attempt.state)}.", "Take a cocktail that was released."
    raise refuse("attempt.not_released", code, reason, remedy, field="label")


def _session(attempt: Attempt, *, at: datetime, by: Actor) -> Administration:
    return Administration(
        attempt_id=attempt.id,
        cocktail_id=attempt.cocktail_id,
        patient_id=attempt.patient_id,
        site_id=attempt.site_id,
        started_at=at,
        started_by_id=by.person_id,
        anything_new="asked: nothing new",
        released=attempt.total or 0,
        dead_space=queries.dead_space(attempt.id),
    )
