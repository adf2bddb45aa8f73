"""What is known of the patient stops signing and giving, through the actions themselves."""

import pytest

from formulary import clock
from formulary.administrations import actions as administrations
from formulary.cocktails import actions as cocktails
from formulary.db import db, transaction
from formulary.patients.models import ConditionKind
from formulary.preparations import queries as bench
from formulary.rules.findings import Refused, Stage
from tests.support.builders import a_condition


def a_draft(road):
    by = road.clinic.actor("practitioner")
    with transaction():
        return cocktails.create_draft(
            road.patient.id, formula_version_id=road.formula_id, at=clock.now(), by=by
        )


def sign(road, drafted, username="practitioner"):
    by = road.clinic.actor(username)
    checked = cocktails.check(drafted, Stage.SIGN, at=clock.now())
    with transaction():
        return cocktails.sign(drafted.id, seen_hash=checked.report.inputs_hash, at=clock.now(), by=by)


def refused(act, *args):
    with pytest.raises(Refused) as refusal:
        act(*args)
    return [finding.code for finding in refusal.value.findings]


def says(road, word, answer="yes"):
    kind = db.session.scalars(db.select(ConditionKind).filter_by(word=word)).one()
    a_condition(road.patient, kind, answer)


def test_a_contraindication_of_the_label_cannot_be_signed(road):
    road.ready()
    says(road, "subarachnoid_haemorrhage")
    assert refused(sign, road, a_draft(road)) == ["condition.contraindicated"]


def test_a_condition_that_came_up_meanwhile_stops_the_giving(road):
    attempt, patient = road.released(), road.patient
    says(road, "pregnancy")
    [syringe] = bench.syringes(attempt.id)
    assert refused(begin, road, syringe.code, patient) == ["condition.contraindicated"]


def begin(road, label, patient):
    told = {"patient_code": patient.code, "born_on": patient.born_on, "anything_new": False}
    with transaction():
        by = road.clinic.actor("practitioner")
        return administrations.start(label, **told, at=clock.now(), by=by)
