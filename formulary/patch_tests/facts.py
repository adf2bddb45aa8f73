"""What the rules are told of patch tests: each spot, the readings that stand, the controls beside it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from formulary.patch_tests import queries
from formulary.rules import facts
from formulary.rules.patch_test import guideline, with_suppression

Readings = Mapping[int, list[facts.Reading]]


def with_tests(patient: facts.Patient, patient_id: int, zone: str = "UTC") -> facts.Patient:
    """The patient's facts with every test that stands, in one query; a corrected reading is left out.

    What the patient took over a test, by the days of `zone`, may have hidden a reaction: the test says so.
    """
    rows = queries.spots_of(patient_id)
    spots = list({row.id: row for row in rows}.values())
    readings: dict[int, list[facts.Reading]] = {spot.id: [] for spot in spots}
    for row in rows:
        if row.grade is not None:
            readings[row.id].append(facts.Reading(row.grade, row.read_at))
    controls: dict[int, list[facts.Control]] = {}
    for spot in spots:
        if spot.role != "test":
            control = facts.Control(spot.role == "positive", tuple(readings[spot.id]))
            controls.setdefault(spot.test_id, []).append(control)
    tests = (_told(spot, readings, controls.get(spot.test_id, [])) for spot in spots if spot.role == "test")
    taken = facts.Taken(patient.medicines, patient.medicines_asked_at)
    return replace(patient, tests=tuple(with_suppression(test, taken, zone) for test in tests))


def _told(spot: Any, readings: Readings, controls: list[facts.Control]) -> facts.PatchTest:
    return facts.PatchTest(
        ingredient_id=spot.ingredient_id,
        product_id=spot.product_id,
        lot_id=spot.lot_id,
        applied_at=spot.applied_at,
        readings=tuple(readings[spot.id]),
        is_mixture=spot.is_mixture,
        kind=guideline(spot.guideline).kind,
        guideline=spot.guideline,
        controls=tuple(controls),
        label=f"{spot.code}, {spot.product}",
    )
