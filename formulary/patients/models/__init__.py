"""Patients, what must be known of them, who cares for them, and what is planned for them."""

from formulary.patients.models.courses import APPOINTMENT_STATES, Appointment, Course
from formulary.patients.models.medicines import PatientMedicine
from formulary.patients.models.record import (
    Allergy,
    AllergyReview,
    BreakGlass,
    Care,
    ConditionKind,
    Consent,
    Exposure,
    Patient,
    PatientCondition,
    Photo,
    Weight,
)

__all__ = [
    "APPOINTMENT_STATES",
    "Allergy",
    "AllergyReview",
    "Appointment",
    "BreakGlass",
    "Care",
    "ConditionKind",
    "Consent",
    "Course",
    "Exposure",
    "Patient",
    "PatientCondition",
    "PatientMedicine",
    "Photo",
    "Weight",
]
