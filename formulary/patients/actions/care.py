"""Which site cares for a patient: that is what lets its staff see them."""

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy.dialects import postgresql, sqlite

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.db import Missing, db, once
from formulary.patients import queries
from formulary.patients.models import Care, Patient

Upsert = postgresql.Insert | sqlite.Insert
INSERTS: dict[str, Callable[[type[Care]], Upsert]] = {
    "postgresql": postgresql.insert,
    "sqlite": sqlite.insert,
}


def note_care(patient_id: int, site_id: int, *, why: str, at: datetime) -> Care:
    """Note that a site cares for a patient (`registered`, `patch_test` …); part of the caller's act."""
    named = {"patient_id": patient_id, "site_id": site_id, "why": why}
    insert = INSERTS[db.session.get_bind().dialect.name](Care)
    db.session.execute(insert.values(**named, since=at).on_conflict_do_nothing())
    cared: Care = db.session.scalars(db.select(Care).filter_by(**named)).one()
    return cared


@once
def admit_patient(patient_id: int, *, name: str, born_on: date, at: datetime, by: Actor) -> Patient:
    """Take a patient of another site into the care of one's own; both identifiers must be as on record."""
    by.must(Permission.EDIT_PATIENTS)
    found = next((p for p in queries.named(name, born_on) if p.id == patient_id), None)
    if found is None:
        raise Missing("No patient with these two identifiers")
    note_care(found.id, by.site_id, why="admitted", at=at)
    record("patients.admit", found, by=by, at=at, new={"site": by.site_id})
    return found
