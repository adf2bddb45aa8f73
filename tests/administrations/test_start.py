"""Starting: the label names the cocktail, two identifiers the patient; every check runs again."""

from datetime import UTC, date, datetime, timedelta

import pytest

from formulary import clock
from formulary.accounts import Forbidden
from formulary.administrations import actions
from formulary.administrations.models import Administration
from formulary.db import db, transaction
from formulary.patients import actions as patients
from formulary.patients.models import Consent
from formulary.preparations import queries as bench
from formulary.rules.findings import Refused
from tests.administrations.doing import close, practitioner, start
from tests.preparations.doing import hold, release
from tests.support.builders import a_read_test, act, an_allergy


def refused(road, *label, **other):
    with pytest.raises(Refused) as refusal:
        start(road, *label, **other)
    return refusal.value.findings


def codes(findings):
    return {finding.code for finding in findings}


def test_the_session_keeps_how_the_patient_was_identified(road):
    road.released()
    session, patient = start(road), road.patient
    assert session.identity == {"label": "C-0001/1.1", "code": patient.code, "born_on": "1985-04-12"}
    assert (session.started_at, session.started_by_id) == (clock.now(), practitioner().person_id)
    assert session.anything_new == "asked: nothing new"


def test_what_was_released_is_now_being_given(road):
    attempt = road.released()
    session = start(road)
    attempt = bench.of_attempt(attempt.id)
    assert (session.released, attempt.state) == (5_000_000, "administering")
    assert attempt.cocktail.state == "administering"


def test_the_cocktails_own_code_does_where_it_filled_one_container(road):
    road.released()
    assert start(road, "C-0001").identity["label"] == "C-0001/1.1"


def test_of_several_containers_one_label_must_be_named(road):
    attempt = road.prepared()
    with act():
        attempt.total = 20_000_000
    release(attempt)
    assert codes(refused(road, "C-0001")) == {"label.unknown"}
    assert start(road, "C-0001/1.2").identity["label"] == "C-0001/1.2"


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("label", ["C-9999/1.1", "C-0001/2.1", "V-0001"])
def test_a_label_that_nobody_knows_is_answered_in_words(road, label):
    road.released()
    [finding] = refused(road, label)
    assert (finding.code, finding.field) == ("label.unknown", "label")
    assert finding.reason == f"No released cocktail of this site has the label {label}."


def test_before_release_there_is_no_label(road):
    road.prepared()
    assert codes(refused(road, "C-0001")) == {"label.unknown"}


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    "other", [{"patient_code": "P-1"}, {"born_on": date(1985, 4, 13)}], ids=["code", "birth"]
)
def test_both_identifiers_must_be_the_labels_patient(road, other):
    attempt = road.released()
    [finding] = refused(road, **other)
    assert finding.code == "patient.not_this_one"
    assert bench.of_attempt(attempt.id).state == "released"


def test_something_new_is_recorded_first(road):
    road.released()
    [finding] = refused(road, anything_new=True)
    assert (finding.code, finding.field) == ("patient.something_new", "anything_new")


def test_past_its_beyond_use_date_it_is_not_begun(road, watch):
    road.released()
    watch.move(hours=2)
    assert "beyond_use.passed" in codes(refused(road))


def test_just_before_its_beyond_use_date_it_is_begun(road, watch):
    road.released()
    watch.move(minutes=119)
    assert start(road).state == "started"


SPRING, AUTUMN = datetime(2027, 3, 28, 0, 30, tzinfo=UTC), datetime(2027, 10, 31, 0, 15, tzinfo=UTC)


@pytest.mark.parametrize("night", [SPRING, AUTUMN], ids=["spring", "autumn"])
def test_two_hours_are_two_hours_in_the_night_the_clocks_are_changed(road, watch, night):
    attempt = road.released()
    with act():
        attempt.beyond_use_at = watch.set(night) + timedelta(hours=2)
    watch.move(minutes=119)
    assert "beyond_use.passed" not in codes(refused(road))
    watch.move(minutes=1)
    assert "beyond_use.passed" in codes(refused(road))


@pytest.mark.parametrize("number", ["TXA-2231", "WFI-1"])
def test_a_hold_placed_meanwhile_stops_it(road, number):
    attempt = road.released()
    hold(number)
    assert "lot.held" in codes(refused(road)), number
    assert bench.of_attempt(attempt.id).state == "released"


def test_an_allergy_learnt_meanwhile_stops_it(road):
    attempt = road.released()
    line = next(s for s in attempt.planned if s.position == 2)
    an_allergy(road.patient, bench.lot(line.lot_id).product.ingredient)
    assert any(code.startswith("allergy.") for code in codes(refused(road)))


def test_a_patch_test_read_positive_meanwhile_stops_it(road):
    attempt = road.released()
    line = next(s for s in attempt.planned if s.position == 2)
    a_read_test(road.patient, bench.lot(line.lot_id), grade="++")
    assert "patch_test.positive" in codes(refused(road))


def test_without_consent_it_is_not_begun(road):
    road.released()
    patient = road.patient
    for consent in db.session.scalars(db.select(Consent.id).filter_by(patient_id=patient.id)).all():
        with transaction():
            patients.withdraw_consent(
                consent, patient.id, why="changed her mind", at=clock.now(), by=practitioner()
            )
    assert any(code.startswith("consent.") for code in codes(refused(road)))


def test_the_second_who_starts_is_told_who_was_first(road):
    road.released()
    start(road)
    [finding] = refused(road, by=road.clinic.actor("practitioner2"))
    assert finding.reason == "Manon Roux has begun to give C-0001."


def test_what_was_given_is_not_given_again(road):
    session = road.started()
    close(session, "5", "not_given", reason="Patient unwell")
    [finding] = refused(road)
    assert finding.code == "attempt.not_released"
    assert finding.reason == "The session of C-0001 is closed: it was not given."


def test_the_same_form_sent_twice_starts_once(road):
    road.released()
    patient = road.patient
    told = {"patient_code": patient.code, "born_on": patient.born_on, "anything_new": False}
    for _ in range(2):
        with transaction():
            actions.start("C-0001/1.1", **told, at=clock.now(), by=practitioner(), key="s" * 20)
    assert db.session.scalar(db.select(db.func.count()).select_from(Administration)) == 1


# Who reads what does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("who", ["pharmacist", "technician", "recall"])
def test_only_practitioners_give(road, who):
    road.released()
    with pytest.raises(Forbidden):
        start(road, by=road.clinic.actor(who))


def test_a_stranger_of_another_site_finds_no_such_label(road):
    road.released()
    assert codes(refused(road, by=road.clinic.actor("practitioner3"))) == {"label.unknown"}
