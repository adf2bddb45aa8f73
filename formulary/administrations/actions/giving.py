"""Starting a session and recording where it went: the label scanned, the patient identified twice, site by
site.
"""

from datetime import date, datetime

from formulary.accounts import Actor, Permission
from formulary.accounts import queries as accounts
from formulary.administrations import queries
from formulary.administrations.models import Administration, InjectionSite
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
from formulary.rules.units import Quantity


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
    _identified(attempt.patient_id, patient_code, born_on, at=at, by=by)
    _nothing_new(patient_code, anything_new)
    _is_ready(attempt, by)
    move(attempt.cocktail, "administering", at=at, by=by)
    told = bench.gather_attempt(attempt, at=at, by=by).cocktail
    must_be_answered(checklist.run(told, Stage.ADMINISTER), preparations.revision(attempt))
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


@once
def add_site(
    administration_id: int,
    *,
    area: str,
    points: int,
    per_point: Quantity,
    depth: str = "",
    technique: str = "",
    at: datetime,
    by: Actor,
) -> InjectionSite:
    """Record so many points of so much in one area."""
    session = under_way(administration_id, by)
    site = InjectionSite(
        administration_id=session.id,
        number=max((s.number for s in session.sites), default=0) + 1,
        area=area,
        points=points,
        per_point=per_point.whole(),
        depth=depth,
        technique=technique,
        recorded_at=at,
        by_id=by.person_id,
    )
    db.session.add(site)
    db.session.flush()
    new = {"area": area, "points": points, "per_point_nL": site.per_point}
    record("administrations.add_site", session, by=by, at=at, new=new)
    return site


@once
def remove_site(administration_id: int, number: int, *, at: datetime, by: Actor) -> Administration:
    """Take back a site that was entered by mistake, while the session is under way."""
    session = under_way(administration_id, by)
    site = next((s for s in session.sites if s.number == number), None)
    if site is None:
        raise refuse("site.gone", "this site", "It was taken back already.", "Look at the list as it is now.")
    old = {"area": site.area, "points": site.points, "per_point_nL": site.per_point}
    db.session.delete(site)
    db.session.flush()
    record("administrations.remove_site", session, by=by, at=at, old=old)
    return session


def under_way(administration_id: int, by: Actor) -> Administration:
    """A session that is not closed, locked; refused once it is."""
    by.must(Permission.ADMINISTER)
    session = queries.locked(administration_id, by)
    if session.state != "started":
        raise refuse(
            "administration.closed",
            "this session",
            "This session is closed, here or on another page; its record stands.",
            "Load the page again to see how it was closed.",
        )
    return session


def _identified(patient_id: int, code: str, born_on: date, *, at: datetime, by: Actor) -> None:
    patient = patients.patient(patient_id, by=by, at=at)
    if (patient.code, patient.born_on) != (code.strip().upper(), born_on):
        raise refuse(
            "patient.not_this_one",
            code,
            "The label is for another patient than the one you identified.",
            "Put it back, and scan the label made for this patient.",
            field="patient_code",
        )


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
