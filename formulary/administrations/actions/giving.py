"""Starting a session and recording where it went: the label scanned, the patient identified twice, site by
site.
"""

from datetime import date, datetime

from formulary.accounts import Actor, Permission
from formulary.administrations import queries
from formulary.administrations.models import Administration, InjectionSite
from formulary.audit import record
from formulary.cocktails import queries as cocktails
from formulary.cocktails.actions import move
from formulary.cocktails.models import Revision
from formulary.db import db, once
from formulary.patients import queries as patients
from formulary.preparations import facts as bench
from formulary.preparations import queries as preparations
from formulary.preparations.actions.acts import must_be_answered
from formulary.preparations.models import Syringe
from formulary.rules import checklist
from formulary.rules.findings import Stage, refuse
from formulary.rules.units import Quantity


@once
def start(
    label: str, *, patient_code: str, born_on: date, anything_new: bool, at: datetime, by: Actor
) -> Administration:
    """Begin to give what a label names: identity by two identifiers, allergies asked, every check again.

    Refused for another patient's label, past its beyond-use date, on hold, without consent, with a patch
    test that no
    longer clears, and where something is new that must first be recorded.
    """
    by.must(Permission.ADMINISTER)
    syringe = preparations.syringe(label, by)
    attempt = preparations.locked(syringe.attempt_id, by)
    cocktail = cocktails.locked(attempt.cocktail_id, by)
    _identified(cocktail.patient_id, patient_code, born_on, at=at, by=by)
    if anything_new:
        raise refuse(
            "patient.something_new",
            patient_code,
            "Something is new since it was prescribed.",
            "Record it on the patient's page; the checks then run on it, and you start again.",
            field="anything_new",
        )
    move(cocktail, "administering", at=at, by=by)
    gathered = bench.gather_attempt(attempt, at=at)
    must_be_answered(
        checklist.run(gathered.cocktail, Stage.ADMINISTER), db.session.get_one(Revision, attempt.revision_id)
    )
    attempt.state = "administering"
    administration = Administration(
        attempt_id=attempt.id,
        cocktail_id=cocktail.id,
        patient_id=cocktail.patient_id,
        site_id=attempt.site_id,
        started_at=at,
        started_by_id=by.person_id,
        identity={"label": label, "code": patient_code, "born_on": born_on.isoformat()},
        anything_new="asked: nothing new",
        released=attempt.total or 0,
        dead_space=_dead_space(attempt.id),
    )
    db.session.add(administration)
    db.session.flush()
    record(
        "administrations.start", administration, by=by, at=at, new={"cocktail": cocktail.code, "label": label}
    )
    return administration


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
    administration = under_way(administration_id, by)
    site = InjectionSite(
        administration_id=administration.id,
        number=max((s.number for s in administration.sites), default=0) + 1,
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
    record("administrations.add_site", administration, by=by, at=at, new=new)
    return site


def remove_site(administration_id: int, number: int, *, at: datetime, by: Actor) -> Administration:
    """Take back a site that was entered by mistake, while the session is under way."""
    administration = under_way(administration_id, by)
    for site in [s for s in administration.sites if s.number == number]:
        old = {"area": site.area, "points": site.points, "per_point_nL": site.per_point}
        db.session.delete(site)
        record("administrations.remove_site", administration, by=by, at=at, old=old)
    db.session.flush()
    return administration


def under_way(administration_id: int, by: Actor) -> Administration:
    """A session that is not closed, locked; refused once it is."""
    by.must(Permission.ADMINISTER)
    administration = queries.locked(administration_id, by)
    if administration.state != "started":
        raise refuse(
            "administration.closed", "this session", "It is closed; its record stands.", "Add an amendment."
        )
    return administration


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


def _dead_space(attempt_id: int) -> int:
    query = db.select(db.func.sum(Syringe.dead_space)).where(Syringe.attempt_id == attempt_id)
    return int(db.session.scalar(query) or 0)
