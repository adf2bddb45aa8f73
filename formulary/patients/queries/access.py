"""Who may see which patient: those in the care of one's site, and those opened in an emergency."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func
from sqlalchemy.orm import aliased

from formulary.accounts import Actor
from formulary.accounts.models import Person
from formulary.accounts.permissions import AUDIT_SIGHT, AuditSight
from formulary.db import Missing, db
from formulary.patients.models import BreakGlass, Care, Patient

EMERGENCY = timedelta(hours=1)

_Kept = aliased(Patient)
_SURVIVOR = func.coalesce(_Kept.merged_into_id, _Kept.id)


def visible_ids(*, by: Actor, at: datetime) -> Select[Any]:
    """A subquery of the ids of all patients that this person may see now."""
    in_care = db.select(Care.patient_id).where(Care.site_id == by.site_id)
    opened = db.select(BreakGlass.patient_id).where(_running(by.person_id, at))
    return db.select(_SURVIVOR).where(_Kept.id.in_(in_care) | _Kept.id.in_(opened))


def scoped(*, by: Actor, at: datetime) -> Select[Any]:
    """All patients that this person may see, merged records under the one that was kept."""
    return db.select(Patient).where(Patient.id.in_(visible_ids(by=by, at=at)))


def patient(patient_id: int, *, by: Actor, at: datetime) -> Patient:
    """The patient of that id; Missing for one that does not exist or that this person may not see."""
    kept = db.select(_SURVIVOR).where(_Kept.id == patient_id).scalar_subquery()
    return _only(scoped(by=by, at=at).where(Patient.id == kept), patient_id)


def patient_by_code(code: str, *, by: Actor, at: datetime) -> Patient:
    """The patient of that code (`P-20817`, upper or lower case); Missing as for `patient`."""
    kept = db.select(_SURVIVOR).where(_Kept.code == code.strip().upper()).scalar_subquery()
    return _only(scoped(by=by, at=at).where(Patient.id == kept), "that code")


def emergency_now(patient_id: int, *, by: Actor, at: datetime) -> BreakGlass | None:
    """The emergency access by which this person sees a patient for whom the site does not care."""
    cared = db.select(Care.id).where(Care.patient_id == patient_id, Care.site_id == by.site_id).exists()
    query = db.select(BreakGlass).where(
        _running(by.person_id, at), BreakGlass.patient_id == patient_id, ~cared
    )
    return db.session.scalar(query.order_by(BreakGlass.until.desc()).limit(1))


def emergencies(*, by: Actor) -> list[tuple[BreakGlass, str, str, str]]:
    """Emergency accesses with the patient's code, who opened and who reviewed; one's own, or all."""
    reviewer = aliased(Person)
    query = (
        db.select(BreakGlass, Patient.code, Person.name, func.coalesce(reviewer.name, ""))
        .join(Patient, Patient.id == BreakGlass.patient_id)
        .join(Person, Person.id == BreakGlass.person_id)
        .outerjoin(reviewer, reviewer.id == BreakGlass.reviewed_by_id)
        .order_by(BreakGlass.reviewed_at.is_not(None), BreakGlass.id.desc())
        .limit(200)
    )
    if not _sees_all_acts(by):
        query = query.where(BreakGlass.person_id == by.person_id)
    return [tuple(row) for row in db.session.execute(query)]


def _sees_all_acts(by: Actor) -> bool:
    return any(AUDIT_SIGHT.get(role) is AuditSight.ALL for role in by.roles)


def _running(person_id: int, at: datetime) -> ColumnElement[bool]:
    return (BreakGlass.person_id == person_id) & (BreakGlass.at <= at) & (BreakGlass.until > at)


def _only(query: Select[Any], what: object) -> Patient:
    found: Patient | None = db.session.scalar(query)
    if found is None:
        raise Missing(f"No patient {what} that you may see")
    return found
