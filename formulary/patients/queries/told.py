"""What the rules are told of a patient, in columns: every check asks it, so each question is made once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import aliased

from formulary.db import db, rows_of
from formulary.patients.models import (
    Allergy,
    AllergyReview,
    ConditionKind,
    Consent,
    Patient,
    PatientCondition,
    Weight,
)
from formulary.patients.queries.record import AT, PATIENT, own

Asked, Weighed = aliased(AllergyReview), aliased(Weight)
ASKED = (
    db.select(Asked.id)
    .where(own(Asked.patient_id, PATIENT), Asked.asked_at <= AT)
    .order_by(Asked.asked_at.desc(), Asked.id.desc())
    .limit(1)
)
WEIGHED = (
    db.select(Weighed.id)
    .where(own(Weighed.patient_id, PATIENT), Weighed.recorded_at <= AT)
    .order_by(Weighed.measured_on.desc(), Weighed.id.desc())
    .limit(1)
)
NEWEST = (
    db.select(AllergyReview.asked_at, Weight.mass, Weight.measured_on)
    .select_from(Patient)
    .outerjoin(AllergyReview, AllergyReview.id == ASKED.scalar_subquery())
    .outerjoin(Weight, Weight.id == WEIGHED.scalar_subquery())
    .where(Patient.id == PATIENT)
)
ALLERGIES = (
    db.select(Allergy.name, Allergy.severity, Allergy.ingredient_id, Allergy.group_word)
    .where(own(Allergy.patient_id, PATIENT), Allergy.noted_at <= AT)
    .where(db.or_(Allergy.ended_at.is_(None), Allergy.ended_at > AT))
    .order_by(Allergy.ended_at.is_not(None), Allergy.id)
)
CONSENTS = (
    db.select(
        Consent.procedure, Consent.version, Consent.given_at, Consent.covers_off_label, Consent.withdrawn_at
    )
    .where(own(Consent.patient_id, PATIENT), Consent.given_at <= AT)
    .order_by(Consent.given_at.desc(), Consent.id.desc())
)
ANSWERS = (
    db.select(ConditionKind.word, PatientCondition.answer, PatientCondition.asked_at, PatientCondition.detail)
    .join(ConditionKind, ConditionKind.id == PatientCondition.kind_id)
    .where(own(PatientCondition.patient_id, PATIENT), PatientCondition.asked_at <= AT)
    .order_by(PatientCondition.asked_at, PatientCondition.id)
)


def newest(patient_id: int, at: datetime) -> Row[Any] | None:
    """(asked_at, mass, measured_on): when allergies were last asked for and the last weighing; None for what
    never was, and where there is no such patient.
    """
    return next(iter(rows_of(NEWEST, patient_id=patient_id, at=at)), None)


def standing_allergies(patient_id: int, at: datetime) -> Sequence[Row[Any]]:
    """(name, severity, ingredient_id, group_word) of each allergy that stood at `at`."""
    return rows_of(ALLERGIES, patient_id=patient_id, at=at)


def consents_by(patient_id: int, at: datetime) -> Sequence[Row[Any]]:
    """(procedure, version, given_at, covers_off_label, withdrawn_at) of those given by `at`, newest first."""
    return rows_of(CONSENTS, patient_id=patient_id, at=at)


def newest_answers(patient_id: int, at: datetime) -> Sequence[Row[Any]]:
    """(word, answer, asked_at, detail): the newest answer to each question by `at`."""
    rows = rows_of(ANSWERS, patient_id=patient_id, at=at)
    return list({row.word: row for row in rows}.values())
