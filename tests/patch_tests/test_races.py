"""Several people at once: each act happens once, and none is lost."""

from datetime import date, timedelta

from formulary import clock
from formulary.db import db, transaction
from formulary.patch_tests import actions
from formulary.patch_tests.models import PatchTestReading
from formulary.patients import actions as patients
from formulary.patients.models import Care, Patient
from formulary.rules.findings import Refused
from formulary.rules.units import Quantity
from formulary.stock import queries as stock
from formulary.stock.models import Vial
from tests.support.at_once import at_once
from tests.support.builders import a_lot, a_patient, a_reading, a_test, steps


def test_one_of_many_corrections_counts(app, cast):
    test = a_test(a_patient(), a_lot(), ago=timedelta(days=5))
    wrong, by, now = a_reading(test.items[0], "+"), cast.actor("practitioner"), clock.now()
    ids, second = (test.id, wrong.id), cast.actor("practitioner2")

    def correct(_number):
        with transaction():
            actions.correct_reading(*ids, grade="-", note="wrong spot", cosigner=second, at=now, by=by)

    refused = [answer for answer in at_once(app, correct, 6) if answer is not None]
    assert [type(answer) for answer in refused] == [Refused] * 5
    assert {answer.findings[0].code for answer in refused} == {"reading.corrected"}
    db.session.rollback()
    assert len(db.session.scalars(db.select(PatchTestReading)).all()) == 2


def test_tests_from_one_vial_take_what_they_take(app, cast):
    lot, patient_id, by, now = a_lot(), a_patient().id, cast.actor("practitioner"), clock.now()
    first = a_test(a_patient(), lot)
    product_id, lot_id, vial_id = lot.product_id, lot.id, first.items[0].vial_id
    spot = actions.Spot(product_id, lot_id, vial_id, Quantity.of("0.1", "mL"))

    def apply(_number):
        with transaction():
            actions.apply_test(patient_id, spots=[spot], at=now, by=by)

    assert at_once(app, apply, 6) == [None] * 6
    db.session.rollback()
    assert stock.volume_left(db.session.get(Vial, vial_id)) == steps("4.35 mL")
    cared = db.session.scalars(db.select(Care).filter_by(patient_id=patient_id, why="patch_test")).all()
    assert len(cared) == 1


def test_one_person_registered_by_many_at_once_is_registered_once(app, cast):
    by, now = cast.actor("practitioner"), clock.now()

    def register(_number):
        with transaction():
            patients.register_patient(name="Anna Kovač", born_on=date(1985, 3, 12), at=now, by=by)

    answers = at_once(app, register, 6)
    assert sorted(type(answer).__name__ for answer in answers) == ["NoneType", *["Refused"] * 5]
    db.session.rollback()
    assert len(db.session.scalars(db.select(Patient).filter_by(name="Anna Kovač")).all()) == 1
