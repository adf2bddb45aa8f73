"""What must be in sight while composing for a patient: weight, allergies, when they were asked."""

from dataclasses import dataclass
from datetime import datetime

from formulary.rules.facts import Cocktail, Patient
from formulary.rules.findings import joined
from formulary.rules.lot_status import day_of, day_words
from formulary.rules.units import show, unit


@dataclass(frozen=True)
class Shown:
    """One fact: its label, its state as a class, the words, a line below."""

    label: str
    state: str
    words: str
    sub: str = ""


def banner(cocktail: Cocktail, at: datetime) -> list[Shown]:
    """The facts beside the patient's name; what was never asked is unknown."""
    patient = cocktail.patient
    return (
        [] if patient is None else [_weight(patient, cocktail), _allergies(patient, cocktail.policies.zone)]
    )


def _weight(patient: Patient, cocktail: Cocktail) -> Shown:
    if patient.weight is None or patient.weighed_on is None:
        return Shown("Weight", "unknown", "not on record")
    mark = cocktail.policies.decimal_mark
    return Shown(
        "Weight", "info", show(patient.weight, unit("kg"), mark), f"on {day_words(patient.weighed_on)}"
    )


def _allergies(patient: Patient, zone: str) -> Shown:
    if patient.allergies_asked_at is None:
        return Shown("Allergies", "unknown", "never asked")
    asked = f"asked {day_words(day_of(patient.allergies_asked_at, zone))}"
    if not patient.allergies:
        return Shown("Allergies", "pass", "none known", asked)
    return Shown(
        "Allergies", "warn", joined(f"{a.name}, {a.severity.value}" for a in patient.allergies), asked
    )
