"""Who may see which patient: those in the care of one's site, and those opened in an emergency."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import aliased

from formulary.accounts import Actor
from formulary.accounts.models import Person
from formulary.accounts.permissions import AUDIT_SIGHT, AuditSight
from formulary.db import Missing, db
from formulary.patients.models import BreakGlass, Care, Patient

EMERGENCY = timedelta(hours=1)


def may_see(patient_id: Any, *, by: Actor, at: datetime) -> ColumnElement[bool]:
    """That this person may see the patient whom a column names: the condition of every query about patients.

    A record that was merged is seen by whoever may see the one that was kept.
    """
    named = aliased(Patient)
    kept = func.coalesce(named.merged_into_id, named.id)
    in_care = exists().where(Care.patient_id == kept, Care.site_id == by.site_id)
    opened = exists().where(BreakGlass.patient_id == kept, _running(by.person_id, at))
    return exists().where(named.id == patient_id, or_(in_care, opened))


def scoped(*, by: Actor, at: datetime) -> Select[Any]:
    """All patients that this person may see, merged records under the one that was kept."""
    return select(Patient).where(Patient.merged_into_id.is_(None), may_see(Patient.id, by=by, at=at))


def seen_of(patient_ids: Iterable[int], *, by: Actor, at: datetime) -> set[int]:
    """Those of these patients that this person may see."""
    return set(
        db.session.scalars(
            scoped(by=by, at=at).with_only_columns(Patient.id).where(Patient.id.in_(set(patient_ids)))
        )
    )


def patient(patient_id: int, *, by: Actor, at: datetime) -> Patient:
    """The patient of that id; Missing for one that does not exist or that this person may not see."""
    return _only(scoped(by=by, at=at).where(Patient.id == _kept(Patient.id == patient_id)), patient_id)


def patient_by_code(code: str, *, by: Actor, at: datetime) -> Patient:
    """The patient of that code (`P-20817`, upper or lower case); Missing as for `patient`."""
    named = Patient.code == code.strip().upper()
    return _only(scoped(by=by, at=at).where(Patient.id == _kept(named)), "of that code")


def record_itself(patient_id: int, *, by: Actor, at: datetime) -> Patient:
    """The record of that id, also where it was merged, locked and read afresh; Missing as for `patient`."""
    query = db.select(Patient).where(Patient.id == patient_id, may_see(Patient.id, by=by, at=at))
    return _only(query.with_for_update(of=Patient).execution_options(populate_existing=True), patient_id)


def merged_into(patient_ids: Iterable[int]) -> dict[int, list[Patient]]:
    """The records that were merged into these, by the one that was kept; nothing for a patient with none."""
    query = db.select(Patient).where(Patient.merged_into_id.in_(set(patient_ids))).order_by(Patient.id)
    found: dict[int, list[Patient]] = {}
    for row in db.session.scalars(query):
        found.setdefault(row.merged_into_id or 0, []).append(row)
    return found


def sites_caring(patient_id: int) -> list[int]:
    """The sites that care for exactly this record, in order."""
    query = db.select(Care.site_id).where(Care.patient_id == patient_id).distinct()
    return list(db.session.scalars(query.order_by(Care.site_id)))


def emergency_now(patient_id: int, *, by: Actor, at: datetime) -> BreakGlass | None:
    """The emergency access by which this person sees a patient for whom the site does not care."""
    cared = db.select(Care.id).where(Care.patient_id == patient_id, Care.site_id == by.site_id).exists()
    query = db.select(BreakGlass).where(
        _running(by.person_id, at), BreakGlass.patient_id == patient_id, ~cared
    )
    found: BreakGlass | None = db.session.scalar(query.order_by(BreakGlass.until.desc()).limit(1))
    return found


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


def _kept(named: ColumnElement[bool]) -> Any:
    """The key of the record that was kept, of the one that is named."""
    query = db.select(func.coalesce(Patient.merged_into_id, Patient.id)).where(named)
    return query.correlate(None).scalar_subquery()


def _running(person_id: int, at: datetime) -> ColumnElement[bool]:
    return (BreakGlass.person_id == person_id) & (BreakGlass.at <= at) & (BreakGlass.until > at)


def _only(query: Select[Any], what: object) -> Patient:
    found: Patient | None = db.session.scalar(query)
    if found is None:
        raise Missing(f"No patient {what} that you may see")
    return found
