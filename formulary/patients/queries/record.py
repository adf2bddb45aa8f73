"""What is on record of one patient that was already asked for: weight, allergies, conditions, consents."""

from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Integer, Select, bindparam, func, or_
from sqlalchemy.orm import aliased

from formulary.accounts.models import Person
from formulary.db import Missing, UtcDateTime, db
from formulary.patients.models import (
    Allergy,
    AllergyReview,
    ConditionKind,
    Consent,
    Patient,
    PatientCondition,
    Weight,
)

Named, One = aliased(Patient), aliased(Patient)
"""Made once: an alias takes longer to make than the question it is in."""
PATIENT, AT = bindparam("patient_id", type_=Integer), bindparam("at", type_=UtcDateTime)
"""What a question is asked with that is itself made once: every check asks it."""


def own(column: Any, patient_id: int | BindParameter[int]) -> ColumnElement[bool]:
    """That a row belongs to the patient: to this record, the one it was merged into, or any merged there."""
    which = db.select(func.coalesce(Named.merged_into_id, Named.id)).where(Named.id == patient_id)
    kept = which.correlate(None).scalar_subquery()
    records = db.select(One.id).where(or_(One.id == kept, One.merged_into_id == kept))
    owned: ColumnElement[bool] = column.in_(records.correlate(None))
    return owned


WEIGHTS = (
    db.select(Weight, Person.name)
    .join(Person, Person.id == Weight.by_id)
    .where(own(Weight.patient_id, PATIENT), Weight.recorded_at <= AT)
    .order_by(Weight.measured_on.desc(), Weight.id.desc())
    .limit(bindparam("most", type_=Integer))
)
ALLERGIES = (
    db.select(Allergy, Person.name)
    .join(Person, Person.id == Allergy.noted_by_id)
    .where(own(Allergy.patient_id, PATIENT))
    .order_by(Allergy.ended_at.is_not(None), Allergy.id)
)
KINDS = db.select(ConditionKind).order_by(ConditionKind.position, ConditionKind.id)
LAST_REVIEW = (
    db.select(AllergyReview, Person.name)
    .join(Person, Person.id == AllergyReview.asked_by_id)
    .where(own(AllergyReview.patient_id, PATIENT), AllergyReview.asked_at <= AT)
    .order_by(AllergyReview.asked_at.desc(), AllergyReview.id.desc())
    .limit(1)
)
ANSWERS = (
    db.select(PatientCondition, Person.name)
    .join(Person, Person.id == PatientCondition.asked_by_id)
    .where(own(PatientCondition.patient_id, PATIENT), PatientCondition.asked_at <= AT)
    .order_by(PatientCondition.asked_at, PatientCondition.id)
)
CONSENTS = (
    db.select(Consent, Person.name)
    .join(Person, Person.id == Consent.taken_by_id)
    .where(own(Consent.patient_id, PATIENT))
    .order_by(Consent.given_at.desc(), Consent.id.desc())
)


def weights(patient_id: int, at: datetime, most: int = 12) -> list[tuple[Weight, str]]:
    """The weighings recorded by `at` with who entered them, newest first."""
    return _rows(WEIGHTS, patient_id=patient_id, at=at, most=most)


def allergies(patient_id: int) -> list[tuple[Allergy, str]]:
    """Every allergy ever noted with who noted it: those that stand first, then the ended ones."""
    return _rows(ALLERGIES, patient_id=patient_id)


def allergy(allergy_id: int, patient_id: int) -> Allergy:
    """One allergy of this patient; Missing for another's."""
    row: Allergy | None = db.session.scalar(
        db.select(Allergy).where(Allergy.id == allergy_id, own(Allergy.patient_id, patient_id))
    )
    if row is None:
        raise Missing(f"No allergy {allergy_id} of this patient")
    return row


def last_review(patient_id: int, at: datetime) -> tuple[AllergyReview, str] | None:
    """The last time the patient was asked about allergies, and by whom; None when never asked."""
    return next(iter(_rows(LAST_REVIEW, patient_id=patient_id, at=at)), None)


def condition_kinds() -> list[ConditionKind]:
    """What is asked of every patient, in the order it is asked."""
    return list(db.session.scalars(KINDS))


def answers(patient_id: int, at: datetime) -> dict[int, tuple[PatientCondition, str]]:
    """The newest answer to each question by `at`, with who asked; a kind not in it was never asked."""
    rows = _rows(ANSWERS, patient_id=patient_id, at=at)
    return {answer.kind_id: (answer, who) for answer, who in rows}


def consents(patient_id: int) -> list[tuple[Consent, str]]:
    """Every consent with who took it, newest first."""
    return _rows(CONSENTS, patient_id=patient_id)


def consent(consent_id: int, patient_id: int) -> Consent:
    """One consent of this patient; Missing for another's."""
    row: Consent | None = db.session.scalar(
        db.select(Consent).where(Consent.id == consent_id, own(Consent.patient_id, patient_id))
    )
    if row is None:
        raise Missing(f"No consent {consent_id} of this patient")
    return row


def _rows(query: Select[Any], **asked: Any) -> list[Any]:
    return [tuple(row) for row in db.session.execute(query, asked)]
