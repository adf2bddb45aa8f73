"""What the rules are told of patch tests: each spot with the readings that stand."""

from dataclasses import replace

from formulary.patch_tests import queries
from formulary.rules import facts


def with_tests(patient: facts.Patient, patient_id: int) -> facts.Patient:
    """The patient's facts with every test that stands, in two queries; a corrected reading is left out."""
    return replace(patient, tests=tuple(item.fact for item in queries.items_of(patient_id)))
