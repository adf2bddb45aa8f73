"""The only way to a patient's rows: each query is scoped to who asks, or takes a patient found so."""

from formulary.patients.queries.access import (
    EMERGENCY,
    emergencies,
    emergency_now,
    may_see,
    merged_into,
    patient,
    patient_by_code,
    record_itself,
    scoped,
    seen_of,
    sites_caring,
)
from formulary.patients.queries.exposure import exposures, exposures_of_document, usual_doses
from formulary.patients.queries.names import fold
from formulary.patients.queries.photos import photo, photos
from formulary.patients.queries.record import (
    allergies,
    allergy,
    answers,
    condition_kinds,
    consent,
    consents,
    last_review,
    own,
    weights,
)
from formulary.patients.queries.search import alike, found, listed, named
from formulary.patients.queries.substances import Substance, substances

__all__ = [
    "EMERGENCY",
    "Substance",
    "alike",
    "allergies",
    "allergy",
    "answers",
    "condition_kinds",
    "consent",
    "consents",
    "emergencies",
    "emergency_now",
    "exposures",
    "exposures_of_document",
    "fold",
    "found",
    "last_review",
    "listed",
    "may_see",
    "merged_into",
    "named",
    "own",
    "patient",
    "patient_by_code",
    "photo",
    "photos",
    "record_itself",
    "scoped",
    "seen_of",
    "sites_caring",
    "substances",
    "usual_doses",
    "weights",
]
