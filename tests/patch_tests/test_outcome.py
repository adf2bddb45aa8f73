"""What tests bar and clear, what the rules are told, and voiding."""

from datetime import timedelta

import pytest

from formulary import clock
from formulary.accounts import Role
from formulary.administrations.queries.counted import counted_faults
from formulary.db import db
from formulary.patch_tests import actions
from formulary.patch_tests.facts import with_tests
from formulary.patch_tests.labels import barred
from formulary.patch_tests.models import PatchTest
from formulary.patients.facts import history
from formulary.patients.models import Exposure
from formulary.rules import facts
from formulary.rules.patch_test import clears, standing_positive
from formulary.stock import queries as stock
from formulary.stock.labels import document_names
from formulary.stock.models import Vial
from tests.support.behind import behind_its_back
from tests.support.builders import (
    a_lot,
    a_patient,
    a_policy,
    a_product,
    a_read_test,
    a_reading,
    a_test,
    act,
    an_actor,
    an_ingredient,
    on_hand,
    steps,
    the_site,
)
from tests.support.counting import counting_queries

ANY = facts.PatchTestPolicy()


@pytest.fixture
def patient(app):
    """Somebody in the care of Paris."""
    return a_patient()


@pytest.fixture
def lot(app):
    """A lot of ascorbic acid."""
    return a_lot(a_product(an_ingredient("ascorbic acid")))


def told(patient):
    """What the rules are told."""
    return with_tests(facts.Patient(id=patient.id), patient.id).tests


def test_a_positive_test_stands_in_the_banner_of_the_patient(clients, patient, lot):
    a_read_test(patient, lot, grade="+")
    page = clients("practitioner").get_ok(f"/patients/{patient.id}")
    assert "ascorbic acid: barred, positive 22\xa0Nov\xa02026" in page.text


def test_a_negative_test_bars_nothing(clients, patient, lot):
    a_read_test(patient, lot)
    assert "barred" not in clients("practitioner").get_ok(f"/patients/{patient.id}").text


def test_a_later_negative_test_lifts_the_bar(clients, patient, lot):
    a_read_test(patient, lot, grade="+", days=30)
    a_read_test(patient, lot, days=5)
    assert "barred" not in clients("practitioner").get_ok(f"/patients/{patient.id}").text


def test_the_rules_are_told_of_every_spot_that_stands(patient, lot, watch):
    test = a_read_test(patient, lot)
    spot = told(patient)[0]
    assert (spot.ingredient_id, spot.product_id, spot.lot_id) == (
        lot.product.ingredient_id,
        lot.product_id,
        lot.id,
    )
    assert spot.readings == (
        facts.Reading("-", test.applied_at + timedelta(hours=48)),
        facts.Reading("-", test.applied_at + timedelta(hours=72)),
    )
    policy = facts.PatchTestPolicy(valid_for=timedelta(days=180))
    answer = clears(told(patient), spot.ingredient_id, spot.product_id, lot.id, at=watch.now(), policy=policy)
    assert answer.cleared


def test_a_corrected_reading_is_not_told(patient, lot):
    test = a_test(patient, lot, ago=timedelta(days=5))
    wrong = a_reading(test.items[0], "+")
    a_reading(test.items[0], "-", corrects_id=wrong.id)
    assert [r.grade for r in told(patient)[0].readings] == ["-"]


def test_a_void_test_is_not_told(patient, lot, clients):
    test = a_read_test(patient, lot)
    clients("practitioner").post_ok(f"/patch-tests/{test.id}/void", {"reason": "Wrong patient"})
    assert told(patient) == ()


def test_a_test_of_a_merged_record_is_told_of_both(patient, lot):
    twin = a_patient(merged_into_id=patient.id)
    a_test(twin, lot)
    a_test(patient, lot)
    assert len(told(patient)) == len(told(twin)) == 2


def test_a_bar_on_the_kept_record_bars_the_old_one(patient, lot, watch):
    twin = a_patient(merged_into_id=patient.id)
    a_read_test(patient, lot, grade="+")
    assert standing_positive(told(twin), lot.product.ingredient_id, at=watch.now(), policy=ANY) is not None


def test_a_negative_test_of_another_product_leaves_the_banner_and_frees_that_product(clients, patient, lot):
    other = a_lot(a_product(lot.product.ingredient, name="Ascorbic acid 200"))
    a_read_test(patient, lot, grade="+", days=30)
    a_read_test(patient, other, days=5)
    page = clients("practitioner").get_ok(f"/patients/{patient.id}")
    assert "ascorbic acid: barred, but for Ascorbic acid 200, positive 28\xa0Oct\xa02026" in page.text
    page = clients("practitioner").get_ok(f"/patch-tests/of/{patient.id}")
    assert "is barred, but for Ascorbic acid 200, whose own later test was negative" in page.text


def test_the_banner_bars_what_the_checks_block(patient, lot, watch):
    other = a_lot(a_product(lot.product.ingredient, name="Ascorbic acid 200"))
    a_read_test(patient, lot, grade="+", days=30)
    a_read_test(patient, other, days=5)
    ids, tests, at = lot.product.ingredient_id, told(patient), watch.now()
    answers = [clears(tests, ids, one.product_id, one.id, at=at, policy=ANY).state for one in (lot, other)]
    assert answers == ["positive", "unknown"]
    assert [one.but for one in barred(patient.id, ANY, at)] == [("Ascorbic acid 200",)]


def test_where_tests_are_bound_to_lots_the_banner_names_the_lot_that_is_free(clients, cast, patient, lot):
    a_policy(cast.site, "patch_test", {"bound_to_lot": True})
    a_read_test(patient, lot, grade="+", days=30)
    a_read_test(patient, a_lot(lot.product, number="AS99"), days=5)
    page = clients("practitioner").get_ok(f"/patients/{patient.id}")
    assert f"ascorbic acid: barred, but for {lot.product.name}, lot AS99, positive" in page.text


def test_the_facts_take_one_query_however_many_tests(patient, lot):
    for days in range(1, 5):
        a_read_test(patient, lot, a_lot(), days=days + 4)
    patient_id = patient.id
    db.session.expunge_all()
    with counting_queries() as asked:
        assert len(with_tests(facts.Patient(), patient_id).tests) == 8
    assert len(asked) == 1, asked


def test_the_page_of_many_tests_asks_no_more_queries(clients, patient, lot):
    client, url = clients("practitioner"), f"/patch-tests/of/{patient.id}"
    a_read_test(patient, lot)
    with counting_queries() as few:
        client.get_ok(url)
    for _ in range(4):
        a_read_test(patient, lot)
    with counting_queries() as many:
        client.get_ok(url)
    assert len(many) <= len(few), many


def void(client, test, **more):
    """Void a test."""
    return client.post_ok(f"/patch-tests/{test.id}/void", {"reason": "Wrong patient", **more})


def test_a_void_test_stays_on_record_with_its_reason(clients, patient, lot):
    page = void(clients("practitioner"), a_test(patient, lot))
    assert "Wrong patient" in page.text
    assert page.forms and "Record the reading" not in page.text


def test_what_was_applied_stays_used(clients, patient, lot):
    test = a_test(patient, lot)
    void(clients("practitioner"), test)
    vial = db.session.get(Vial, test.items[0].vial_id)
    assert stock.volume_left(vial) == steps("4.95 mL")


def test_where_nothing_was_applied_it_goes_back(clients, patient, lot):
    test = a_test(patient, lot)
    void(clients("practitioner"), test, nothing_applied="y")
    vial = db.session.get(Vial, test.items[0].vial_id)
    assert (stock.volume_left(vial), on_hand(lot)) == (steps("5 mL"), steps("10 mL"))


def test_what_was_applied_is_on_the_patients_account_and_taken_off_it_where_nothing_was(
    clients, patient, lot
):
    amount = lot.active(steps("0.05 mL")).whole()
    used, undone = a_test(patient, lot), a_test(patient, lot)
    void(clients("practitioner"), used)
    void(clients("practitioner"), undone, nothing_applied="y")
    rows = db.session.scalars(db.select(Exposure).order_by(Exposure.id))
    account = [(row.document_id, row.amount, row.at) for row in rows]
    assert account == [
        (used.id, amount, used.applied_at),
        (undone.id, amount, undone.applied_at),
        (undone.id, -amount, undone.applied_at),
    ]
    assert list(counted_faults()) == []


def test_a_test_taken_back_is_nothing_also_where_nobody_noted_how_much(clients, patient, lot):
    substance = {lot.product.ingredient_id}
    with act():
        spots = [actions.Spot(lot.product_id)]
        told = {"applied_at": clock.now(), "at": clock.now(), "by": an_actor(the_site(), Role.PRACTITIONER)}
        test = actions.apply_test(patient.id, spots=spots, **told)
    [row] = history(patient.id, substance, clock.now()).exposures
    assert row.amount is None
    void(clients("practitioner"), test, nothing_applied="y")
    assert history(patient.id, substance, clock.now()).exposures == ()
    assert list(counted_faults()) == []


def test_what_takes_back_another_act_s_is_named(clients, patient, lot):
    kept, undone = a_test(patient, lot), a_test(patient, lot)
    void(clients("practitioner"), undone, nothing_applied="y")
    first, last = (db.session.scalar(db.select(each(Exposure.id))) for each in (db.func.min, db.func.max))
    behind_its_back(f"UPDATE exposure SET takes_back_id = {first} WHERE id = {last}")  # noqa: S608
    assert [fault.what for fault in counted_faults()] == ["takes back what it is not the counterpart of"]
    assert kept.id != undone.id


def test_what_was_read_was_applied(clients, patient, lot):
    test = a_read_test(patient, lot)
    page = clients("practitioner").post_refused(
        f"/patch-tests/{test.id}/void", {"reason": "Wrong", "nothing_applied": "y"}
    )
    assert page.errors == ["It was read, so something was applied. Untick “nothing was applied”."]


def test_a_void_needs_a_reason_and_happens_once(clients, patient, lot):
    test, client = a_test(patient, lot), clients("practitioner")
    url = f"/patch-tests/{test.id}/void"
    client.post_refused(url, {"reason": ""})
    page = client.get_ok(url)
    void(client, test)
    assert client.submit(page, {"reason": "Again"}, press="Void the test").status_code == 409
    assert client.post_refused(url, {"reason": "Again"}).findings == ["test.void"]


def test_a_void_test_is_not_read(clients, patient, lot):
    test, client = a_test(patient, lot), clients("practitioner")
    page = client.get_ok(f"/patch-tests/{test.id}")
    void(client, test)
    answer = client.submit(page, {"grades-0-grade": "-"}, press="Record the reading")
    assert answer.status_code == 422
    assert db.session.get(PatchTest, test.id).items[0].readings == []


def test_the_ledger_calls_a_test_by_its_code(patient, lot):
    test = a_test(patient, lot)
    named = document_names([("patch_test", test.id)])[("patch_test", test.id)]
    assert named.words == f"patch test {test.code}"
