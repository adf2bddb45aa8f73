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
from formulary.patients.queries.courses import (
    appointment,
    appointments_between,
    appointments_of,
    booked_for,
    course,
    courses_of,
    is_booked,
    open_courses,
)
from formulary.patients.queries.exposure import exposures, exposures_of_document, usual_doses
from formulary.patients.queries.medicines import (
    is_replaced,
    medicine,
    medicines,
    standing_medicines,
)
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
    "appointment",
    "appointments_between",
    "appointments_of",
    "booked_for",
    "condition_kinds",
    "consent",
    "consents",
    "course",
    "courses_of",
    "emergencies",
    "emergency_now",
    "exposures",
    "exposures_of_document",
    "fold",
    "found",
    "is_booked",
    "is_replaced",
    "last_review",
    "listed",
    "may_see",
    "medicine",
    "medicines",
    "merged_into",
    "named",
    "open_courses",
    "own",
    "patient",
    "patient_by_code",
    "photo",
    "photos",
    "record_itself",
    "scoped",
    "seen_of",
    "sites_caring",
    "standing_medicines",
    "substances",
    "usual_doses",
    "weights",
]
