"""What the rules are told of patch tests: each spot with the readings that stand."""

from dataclasses import replace

from formulary.patch_tests import queries
from formulary.rules import facts


def with_tests(patient: facts.Patient, patient_id: int) -> facts.Patient:
    """The patient's facts with every test that stands, in two queries; a corrected reading is left out."""
    spots = queries.spots_of(patient_id)
    readings: dict[int, list[facts.Reading]] = {item_id: [] for item_id, *_ in spots}
    for item_id, grade, read_at in queries.standing_readings(readings):
        readings[item_id].append(facts.Reading(grade, read_at))
    tests = (facts.PatchTest(*told, tuple(readings[key]), is_mixture) for key, *told, is_mixture in spots)
    return replace(patient, tests=tuple(tests))
