"""What the rules are told of a patient: allergies, weight, consents; never a name."""

from datetime import datetime

from formulary.patients import queries
from formulary.patients.models import Allergy, Consent
from formulary.rules import facts


def patient_facts(patient_id: int, at: datetime) -> facts.Patient:
    """The patient as known at `at`, in four queries; patch tests are added by their own room."""
    review = queries.last_review(patient_id, at)
    weighed = next((row for row, _ in queries.weights(patient_id, at, most=1)), None)
    return facts.Patient(
        id=patient_id,
        allergies=tuple(_allergy(row) for row, _ in queries.allergies(patient_id) if _stands(row, at)),
        allergies_asked_at=review[0].asked_at if review else None,
        weight=weighed.quantity if weighed else None,
        weighed_on=weighed.measured_on if weighed else None,
        consents=tuple(_consent(row, at) for row, _ in queries.consents(patient_id) if row.given_at <= at),
    )


def _stands(row: Allergy, at: datetime) -> bool:
    return row.noted_at <= at and (row.ended_at is None or row.ended_at > at)


def _allergy(row: Allergy) -> facts.Allergy:
    severity = facts.AllergySeverity(row.severity)
    return facts.Allergy(row.name, severity, ingredient_id=row.ingredient_id, group=row.group_word)


def _consent(row: Consent, at: datetime) -> facts.Consent:
    withdrawn = row.withdrawn_at if row.withdrawn_at and row.withdrawn_at <= at else None
    return facts.Consent(row.procedure, row.version, row.given_at, row.covers_off_label, withdrawn)
