"""What a patient takes, as it was said: what stands now, and every row that ever stood."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, or_
from sqlalchemy.orm import aliased

from formulary.accounts.models import Person
from formulary.db import Missing, db, rows_of
from formulary.patients.models import PatientMedicine
from formulary.patients.queries.record import AT, PATIENT, own

ASKED = ("none", "complete")
"""The answers to the question as a whole."""
Later, Asked = aliased(PatientMedicine), aliased(PatientMedicine)

LAST_ASKED = (
    db.select(Asked.id)
    .where(own(Asked.patient_id, PATIENT), Asked.said.in_(ASKED), Asked.at <= AT)
    .order_by(Asked.at.desc(), Asked.id.desc())
    .limit(1)
    .scalar_subquery()
)
REPLACED = db.select(Later.id).where(Later.replaces_id == PatientMedicine.id, Later.at <= AT).exists()
STANDING = (
    db.select(
        PatientMedicine.id, PatientMedicine.said, PatientMedicine.kind_id, PatientMedicine.name,
        PatientMedicine.choice, PatientMedicine.taking, PatientMedicine.started_on,
        PatientMedicine.last_taken_on, PatientMedicine.closed_on, PatientMedicine.at,
    )
    .where(
        own(PatientMedicine.patient_id, PATIENT),
        PatientMedicine.at <= AT,
        or_(and_(PatientMedicine.said == "takes", ~REPLACED), PatientMedicine.id == LAST_ASKED),
    )
    .order_by(PatientMedicine.id)
)  # fmt: skip
"""What every check asks, made once: the medicines that stand and the last answer as a whole, in one."""
EVERY = (
    db.select(PatientMedicine, Person.name)
    .join(Person, Person.id == PatientMedicine.by_id)
    .where(own(PatientMedicine.patient_id, PATIENT))
    .order_by(PatientMedicine.at.desc(), PatientMedicine.id.desc())
)


def standing_medicines(patient_id: int, at: datetime) -> list[Row[Any]]:
    """The medicines on record that nothing has put right by `at`, and the last answer as a whole."""
    return list(rows_of(STANDING, patient_id=patient_id, at=at))


def medicines(patient_id: int) -> list[tuple[PatientMedicine, str]]:
    """Every row ever said of what the patient takes, with who recorded it, the newest first."""
    return [(row, who) for row, who in db.session.execute(EVERY, {"patient_id": patient_id})]


def medicine(medicine_id: int, patient_id: int) -> PatientMedicine:
    """One row about a medicine of this patient; Missing for another's, and for an answer as a whole."""
    query = db.select(PatientMedicine).where(
        PatientMedicine.id == medicine_id,
        PatientMedicine.said == "takes",
        own(PatientMedicine.patient_id, patient_id),
    )
    row: PatientMedicine | None = db.session.scalar(query)
    if row is None:
        raise Missing(f"No medicine {medicine_id} of this patient")
    return row


def is_replaced(row: PatientMedicine) -> bool:
    """Whether a newer row puts this one right."""
    query = db.select(PatientMedicine.id).where(PatientMedicine.replaces_id == row.id)
    return db.session.scalar(query) is not None
