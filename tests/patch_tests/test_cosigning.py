"""A reaction that was read is not taken back by one person: voiding and weakening want a second signature."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from formulary.accounts import Forbidden
from formulary.accounts.models import Signature
from formulary.audit.models import AuditEntry
from formulary.db import db
from formulary.patch_tests import actions
from formulary.patch_tests.facts import with_tests
from formulary.patch_tests.models import PatchTest, PatchTestReading
from formulary.rules import facts
from formulary.rules.findings import Refused
from tests.support.builders import (
    a_lot,
    a_patient,
    a_product,
    a_read_test,
    a_reading,
    a_test,
    a_user,
    act,
    an_ingredient,
)
from tests.support.builders.accounts import PASSWORD


def second(username="practitioner2", secret=PASSWORD):
    """A second person, as they sign on the screen of the first."""
    return {"signer-username": username, "signer-secret": secret}


@pytest.fixture
def patient(app):
    """Somebody in the care of Paris."""
    return a_patient()


@pytest.fixture
def lot(app):
    """A lot of ascorbic acid."""
    return a_lot(a_product(an_ingredient("ascorbic acid")))


@pytest.fixture
def positive(patient, lot):
    """A test that was read positive."""
    return a_read_test(patient, lot, grade="++")


def told(patient):
    """What the rules are told."""
    return with_tests(facts.Patient(id=patient.id), patient.id).tests


def void(test, **more):
    """The address and the answers with which a test is voided."""
    return f"/patch-tests/{test.id}/void", {"reason": "Wrong spot", **more}


def correct(test, reading, **more):
    """The address and the answers with which a reading is corrected, to nothing seen."""
    url = f"/patch-tests/{test.id}/readings/{reading.id}/correct"
    return url, {"grade": "-", "note": "Wrong spot", **more}


def last(test):
    """The newest reading of a test."""
    return max((r for item in test.items for r in item.readings), key=lambda r: (r.read_at, r.id))


def test_one_person_does_not_void_a_positive_test(clients, positive, patient):
    page = clients("practitioner").post_refused(*void(positive))
    assert "A reaction was read, and nobody takes one back alone." in page.errors[0]
    assert db.session.get(PatchTest, positive.id).state == "applied"
    assert len(told(patient)) == 1


@pytest.mark.parametrize("grade", ["?+", "IR"])
def test_one_person_does_not_void_a_doubtful_test(clients, patient, lot, grade):
    test = a_read_test(patient, lot, grade=grade)
    clients("pharmacist").post_refused(*void(test))
    assert db.session.get(PatchTest, test.id).state == "applied"


@pytest.mark.parametrize(
    ("signer", "said"),
    [
        (second("practitioner"), "is not another person who may co-sign"),
        (second("technician"), "is not another person who may co-sign"),
        (second(secret="wrong"), "do not belong together"),
        (second("practitioner3"), "has no role at this site"),
    ],
)
def test_nobody_else_co_signs(clients, positive, signer, said):
    page = clients("practitioner").post_refused(*void(positive, **signer))
    assert said in page.errors[0]
    assert db.session.get(PatchTest, positive.id).state == "applied"


def test_another_account_of_the_same_person_is_not_another_person(clients, cast, positive):
    person = cast.user("practitioner").person
    with act():
        a_user("alias", "pharmacist", site=cast.site, person=person)
    page = clients("practitioner").post_refused(*void(positive, **second("alias")))
    assert "is not another person who may co-sign" in page.errors[0]


def test_two_people_void_a_positive_test(clients, cast, positive, patient):
    page = clients("practitioner").post_ok(*void(positive, **second()))
    row = db.session.get(PatchTest, positive.id)
    who = cast.actor("practitioner"), cast.actor("practitioner2")
    assert (row.state, row.voided_by_id, row.void_cosigner_id) == ("void", *(one.person_id for one in who))
    assert "by Manon Roux, co-signed by Noah Blanc: Wrong spot" in page.text
    assert told(patient) == ()


def test_the_second_signature_is_bound_to_the_test_and_stands_in_the_trail(clients, cast, positive):
    clients("practitioner").post_ok(*void(positive, **second("pharmacist")))
    signer = cast.actor("pharmacist").person_id
    signature = db.session.scalars(db.select(Signature).filter_by(object_kind="patch_test")).one()
    assert (signature.person_id, signature.meaning, signature.object_id) == (signer, "co-signed", positive.id)
    entry = db.session.scalars(db.select(AuditEntry).filter_by(action="patch_tests.void")).one()
    assert entry.new["cosigner"] == signer


def test_a_void_test_that_was_positive_stays_visible(clients, positive, patient):
    client = clients("practitioner")
    client.post_ok(*void(positive, **second()))
    page = client.get_ok(f"/patch-tests/of/{patient.id}")
    assert "void, was positive" in page.text
    assert "positive ++" in page.text
    page = client.get_ok(f"/patients/{patient.id}")
    assert f"{positive.code} was positive, and is void since 24\xa0Nov\xa02026" in page.text
    assert "barred" not in page.text


def test_a_negative_test_is_voided_by_one(clients, patient, lot):
    test = a_read_test(patient, lot)
    page = clients("practitioner").get_ok(f"/patch-tests/{test.id}/void")
    assert "Co-sign" not in page.text
    clients("practitioner").post_ok(*void(test)[:1], {"reason": "Wrong patient"})
    assert "was positive" not in clients("practitioner").get_ok(f"/patients/{patient.id}").text


def test_one_person_does_not_make_a_positive_reading_negative(clients, positive, patient):
    page = clients("practitioner").post_refused(*correct(positive, last(positive)))
    assert "A reaction was read, and nobody takes one back alone." in page.errors[0]
    assert [reading.grade for reading in told(patient)[0].readings] == ["-", "++"]


WEAKER = [("++", "+"), ("+", "?+"), ("+", "IR"), ("?+", "-"), ("IR", "-"), ("+++", "++")]


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(("was", "now"), WEAKER)
def test_every_step_down_wants_two(clients, patient, lot, was, now):
    test = a_read_test(patient, lot, grade=was)
    url, answers = correct(test, last(test), grade=now)
    clients("practitioner").post_refused(url, answers)
    clients("practitioner").post_ok(url, answers | second())
    assert told(patient)[0].readings[-1].grade == now


@pytest.mark.parametrize(("was", "now"), [("-", "+"), ("?+", "+"), ("+", "++"), ("-", "-")])
def test_one_person_makes_a_reading_stronger(clients, patient, lot, was, now):
    test = a_read_test(patient, lot, grade=was)
    clients("practitioner").post_ok(*correct(test, last(test), grade=now))
    assert told(patient)[0].readings[-1].grade == now


def test_a_doubtful_reading_is_not_moved_to_another_time_by_one(clients, patient, lot, watch):
    test = a_test(patient, lot, ago=timedelta(days=5))
    doubtful = a_reading(test.items[0], "?+", hours=48)
    early = f"{test.applied_at + timedelta(hours=25):%Y-%m-%dT%H:%M}"
    url, answers = correct(test, doubtful, grade="?+", read_at=early)
    [error] = clients("practitioner").post_refused(url, answers).errors
    assert error.startswith("A reaction was read, and nobody takes one back alone.")
    clients("practitioner").post_ok(url, answers | second())


def test_the_page_names_who_co_signed_a_correction(clients, cast, positive):
    page = clients("practitioner").post_ok(*correct(positive, last(positive), **second()))
    assert "Manon Roux, co-signed by Noah Blanc" in page.text
    row = db.session.scalars(
        db.select(PatchTestReading).where(PatchTestReading.corrects_id.is_not(None))
    ).one()
    signer = cast.actor("practitioner2").person_id
    entry = db.session.scalars(db.select(AuditEntry).filter_by(action="patch_tests.correct_reading")).one()
    assert (row.cosigner_id, entry.new["cosigner"]) == (signer, signer)


def test_an_action_without_a_second_person_refuses_as_the_page_does(cast, positive, watch):
    by = cast.actor("practitioner")
    for wrong in (None, by, cast.actor("technician")):
        with pytest.raises(Refused) as refusal, act():
            actions.void_test(positive.id, reason="no", cosigner=wrong, version=None, at=watch.now(), by=by)
        assert refusal.value.findings[0].rule == "T2"


def test_the_database_knows_no_co_signer_who_is_the_first_person(positive, cast):
    me = cast.actor("practitioner").person_id
    with pytest.raises(IntegrityError), act():
        db.session.get(PatchTest, positive.id).voided_by_id = me
        db.session.get(PatchTest, positive.id).void_cosigner_id = me


@pytest.mark.parametrize("username", ["technician", "recall", "admin", "auditor"])
def test_who_may_not_test_does_nothing_by_the_actions_either(cast, positive, watch, username):
    told = {"at": watch.now(), "by": cast.actor(username)}
    reading, item = last(positive), positive.items[0]
    spots = [actions.Spot(item.product_id)]
    acts = (
        lambda: actions.apply_test(positive.patient_id, spots=spots, **told),
        lambda: actions.read_test(positive.id, grades={item.id: "-"}, **told),
        lambda: actions.correct_reading(positive.id, reading.id, grade="-", note="no", **told),
        lambda: actions.void_test(positive.id, reason="no", version=None, **told),
    )
    for one in acts:
        with pytest.raises(Forbidden):
            one()
