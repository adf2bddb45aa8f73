"""The demo clinic's patients, invented one by one: what was asked, weighed, agreed and tested, and when."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from formulary.accounts import Actor
from formulary.accounts import queries as accounts
from formulary.administrations.actions import reactions
from formulary.administrations.queries import reactions as checklist
from formulary.catalogue import queries as catalogue
from formulary.db import transaction
from formulary.patch_tests import actions as tests
from formulary.patch_tests import queries as patch_tests
from formulary.patch_tests.actions import Spot
from formulary.patch_tests.models import PatchTest
from formulary.patients import actions
from formulary.patients import queries as patients
from formulary.patients.models import Patient
from formulary.rules.units import Quantity
from formulary.seed.clinic_rows import PatientRow
from formulary.seed.demo import Demo
from formulary.seed.demo_stock import lot_numbered, on_shelf
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.models import Lot, Vial

PRACTITIONERS = {"Larkspur Clinic": "practitioner", "Tamarisk Clinic": "practitioner3"}
TESTED = {"tranexamic acid": "TXA-2101", "ascorbic acid": "ASC-4990", "glutathione": "GSH-0587"}
DILUENT = "WFI-2207"
NOT_KEPT = "left_over"
DROP = Quantity.of("0.02", "mL")
READ_AFTER = (timedelta(hours=24), timedelta(hours=48), timedelta(hours=96))
GRADES = {"negative": ("-", "-", "-"), "positive": ("?+", "+", "++"), "pending": ()}


def register(demo: Demo) -> None:
    """Every patient of the list."""
    for row in demo.clinic.patients:
        by = demo.actor(PRACTITIONERS[row.site], row.site)
        with transaction():
            patient = _registered(demo, row, by)
        for test in row.tests:
            _tested(demo, patient, test, by)
        for told in demo.clinic.settings["reaction"]:
            if told["patient"] == row.name:
                _felt(demo, patient, told, by)


def _registered(demo: Demo, row: PatientRow, by: Actor) -> Patient:
    first = max((days for days in _days(row)), default=2)
    patient = actions.register_patient(
        name=row.name, born_on=row.born_on, sex=row.sex, phone=row.phone, at=demo.ago(first), by=by
    )
    patient.is_demo = True
    if row.weight_kg is not None:
        at = demo.ago(row.weighed_days_ago or 0)
        weighed_on = accounts.day_at(by.site_id, at)
        weight = Quantity.of(row.weight_kg, "kg")
        actions.record_weight(patient.id, weight=weight, measured_on=weighed_on, at=at, by=by)
    if row.allergies_asked_days_ago is not None:
        _asked(demo, patient, row, demo.ago(row.allergies_asked_days_ago), by)
    if row.conditions:
        _answered(patient, row.conditions, demo.ago(row.allergies_asked_days_ago or 0), by)
    if row.medicines:
        _takes(demo, patient, row, by)
    if row.consent_days_ago is not None:
        consent = demo.clinic.settings["consent"]
        actions.record_consent(
            patient.id,
            procedure=consent["procedure"],
            version=consent["version"],
            covers_off_label=consent["covers_off_label"],
            at=demo.ago(row.consent_days_ago),
            by=by,
        )
    return patient


def _felt(demo: Demo, patient: Patient, told: dict[str, Any], by: Actor) -> None:
    """What a patient said after the last patch test."""
    kinds = {kind.word: kind.id for kind in checklist.kinds()}
    [test, *_], at = patch_tests.tests_of(patient.id), demo.ago(told["told_days_ago"])
    again = demo.ago(-told["ask_again_in_days"])
    said = reactions.Felt(
        kinds=tuple(kinds[word] for word in told["kinds"]),
        onset="about",
        onset_at=test.applied_at + timedelta(hours=told["began_hours_after"]),
        serious="no",
        reported_by="patient",
        follow_up_on=accounts.day_at(by.site_id, again),
        **{name: told[name] for name in ("severity", "outcome", "remark")},
    )
    with transaction():
        reactions.record_after_test(test.id, said, at=at, by=by)


def _days(row: PatientRow) -> Iterator[int]:
    """How long ago anything was done for the patient; registered on the first of these days."""
    for days in (row.weighed_days_ago, row.allergies_asked_days_ago, row.consent_days_ago):
        if days is not None:
            yield days
    for test in row.tests:
        yield int(test.rsplit(" ", 1)[1])


def _asked(demo: Demo, patient: Patient, row: PatientRow, at: datetime, by: Actor) -> None:
    if row.allergies == ("none",):
        actions.review_allergies(patient.id, none_known=True, at=at, by=by)
        return
    for text in row.allergies:
        what, severity = text.rsplit(" ", 1)
        kind, _, name = what.partition(":")
        is_group = kind == "group"
        actions.add_allergy(
            patient.id,
            name=name.replace("_", " "),
            severity=severity,
            group_word=name if is_group else None,
            ingredient_id=None if is_group else demo.ingredient(name).id,
            list_is_complete=True,
            at=at,
            by=by,
        )


def _answered(patient: Patient, said: Sequence[str], at: datetime, by: Actor) -> None:
    """`all no`, or the word of a question with its answer beside no for all others."""
    special = dict(text.rsplit(" ", 1) for text in said if not text.startswith("all "))
    answers = {kind.id: (special.get(kind.word, "no"), "") for kind in patients.condition_kinds()}
    actions.answer_conditions(patient.id, answers=answers, at=at, by=by)


def _takes(demo: Demo, patient: Patient, row: PatientRow, by: Actor) -> None:
    """`none`, or the word of a kind: `still`, or `stopped` and how many days ago, and by whose choice."""
    at, kinds = (
        demo.ago(row.allergies_asked_days_ago or 0),
        {k.word: k.id for k in catalogue.medicine_kinds()},
    )
    taken = [text.split() for text in row.medicines if text != "none"]
    for word, taking, *days, choice in taken:
        last = accounts.day_at(by.site_id, demo.ago(int(days[0]))) if days else None
        told = actions.Taken(taking, choice, kinds[word], last_taken_on=last)
        actions.note_medicine(patient.id, told, at=at, by=by)
    actions.review_medicines(patient.id, takes_none=not taken, at=at, by=by)


def _tested(demo: Demo, patient: Patient, text: str, by: Actor) -> None:
    """`all negative 40`: of which substances, with which outcome, applied how many days ago."""
    what, outcome, days = text.rsplit(" ", 2)
    names = list(TESTED) if what == "all" else [what]
    applied_at = demo.ago(int(days))
    with transaction():
        vials = [_opened(demo, lot_numbered(TESTED[name]), patient, applied_at, by) for name in names]
        test = _applied(vials, patient, applied_at, by)
        for opened in queries.open_vials(by.site_id):
            stock.waste_vial(opened, reason=NOT_KEPT, at=applied_at, by=by)
    for after, grade in zip(READ_AFTER, GRADES[outcome], strict=False):
        with transaction():
            grades = {item.id: grade for item in test.items}
            tests.read_test(test.id, grades=grades, at=applied_at + after, by=by)


def _applied(vials: Sequence[Vial], patient: Patient, at: datetime, by: Actor) -> PatchTest:
    spots = [Spot(vial.lot.product_id, lot_id=vial.lot_id, vial_id=vial.id, volume=DROP) for vial in vials]
    return tests.apply_test(patient.id, spots=spots, body_site="inner forearm", at=at, by=by)


def _opened(demo: Demo, lot: Lot, patient: Patient, at: datetime, by: Actor) -> Vial:
    """A container opened for this patient, a powder dissolved as its label says."""
    shelf = on_shelf(lot, by.site_id)
    vial = stock.open_vial(lot, place=shelf, opened_for_id=patient.id, at=at, by=by)
    if lot.product.ledger != "volume":
        water = lot_numbered(DILUENT)
        stock.reconstitute(
            vial,
            diluent_lot=water,
            diluent_source=on_shelf(water, by.site_id),
            volume=Quantity.of(4, "mL"),
            at=at,
            by=by,
        )
    return vial
