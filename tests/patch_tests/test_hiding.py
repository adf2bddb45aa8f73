"""What a patient takes and a test of the skin: told before applying, and a negative that proves nothing."""

from datetime import timedelta

import pytest

from formulary import clock
from formulary.patch_tests.facts import with_tests
from formulary.patch_tests.labels import barred, hiding
from formulary.patients.facts import patient_facts
from formulary.rules.facts import PatchTestPolicy
from tests.support.builders import (
    a_lot,
    a_medicine,
    a_medicine_kind,
    a_patient,
    a_policy,
    a_product,
    a_read_test,
    an_ingredient,
    takes_nothing,
)

pytestmark = pytest.mark.databases("sqlite")  # what a page and a rule say is the same on both
HIDES = {"effect": "hides", "unit": "days"}
H1 = {"before": "prick", "least": 2, "most": 7, "source": "a paper"} | HIDES
H1_PATCH = {"before": "patch", "least": None, "lifted": True, "source": "a book"} | HIDES
STEROID = {"before": "patch", "least": None, "source": "a book"} | HIDES
BLOCKER = {"before": "patch", "least": None, "effect": "ask", "source": "one page"}


@pytest.fixture
def patient(app):
    """Somebody who was never asked what they take."""
    a_medicine_kind("antihistamine", H1, H1_PATCH)
    a_medicine_kind("steroid", STEROID)
    a_medicine_kind("beta_blocker", BLOCKER)
    return a_patient(ready=False)


@pytest.fixture
def asks_within(cast):
    """The site asks again after 90 days."""
    return a_policy(cast.site, "conditions_asked_within_days", "90")


@pytest.fixture
def lot(app):
    """A lot of ascorbic acid."""
    return a_lot(a_product(an_ingredient("ascorbic acid")))


def before_applying(clients, patient):
    """What the page says before a test is applied."""
    return clients("practitioner").get_ok(f"/patch-tests/of/{patient.id}/apply").text


@pytest.mark.usefixtures("asks_within")
@pytest.mark.parametrize(
    ("asked", "name", "why"),
    [
        (None, "", "nobody asked what is taken"),
        (91, "", "what is taken was asked too long ago"),
        (1, "Zyrtec", "Zyrtec in words only"),
    ],
)
def test_what_nobody_asked_or_knows_is_unknown_and_never_nothing(patient, cast, asked, name, why):
    at = clock.now()
    if name:
        a_medicine(patient, name=name)
    if asked is not None:
        takes_nothing(patient, said="complete", at=at - timedelta(days=asked))
    told = {(kind.state, kind.words) for kind in hiding(patient.id, at, cast.site).kinds}
    assert told == {("unknown", f"not known whether anything hides a reaction: {why}")}


def test_what_is_known_to_hide_says_what_nobody_knows_beside_it(patient, cast, watch):
    a_medicine(patient, "steroid")
    told = hiding(patient.id, watch.now(), cast.site).kinds[-1]
    beside = "no day can be named from which it is read fairly; beside that, nobody asked what is taken"
    assert (told.state, told.words) == ("warn", beside)


def test_the_page_of_a_test_says_that_a_negative_has_something_beside_it_in_words_only(clients, patient, lot):
    test = a_read_test(patient, lot)
    a_medicine(patient, name="Zyrtec")
    text = clients("practitioner").get_ok(f"/patch-tests/{test.id}").text
    assert "“Zyrtec” stands in words only: whether it hid a reaction is not known" in text


@pytest.mark.usefixtures("asks_within")
def test_before_applying_the_first_fair_day_of_each_kind_of_test_is_told(clients, patient, watch):
    """FACTS 5.1: an antihistamine 2 to 7 days before a prick test; to a patch test it does not matter."""
    a_medicine(patient, "antihistamine", last_taken_on=watch.now().date() - timedelta(days=4))
    takes_nothing(patient, said="complete")
    text = before_applying(clients, patient)
    assert "Prick test: read fairly when applied on 28 Nov 2026 or later" in text
    assert "Patch test: nothing on record hides a reaction" in text


def test_before_applying_what_no_day_can_be_named_for_says_so(clients, patient):
    a_medicine(patient, "steroid")
    a_medicine(patient, "beta_blocker", choice="prescribed")
    text = before_applying(clients, patient)
    assert "Patch test: no day can be named from which it is read fairly" in text
    assert "the prescriber confirms beta blocker (no time is stated: one page)" in text
    assert "not stopped for a test: ask the prescriber" in text
    assert "Nobody asked what this patient takes" in text


@pytest.mark.usefixtures("asks_within")
def test_before_applying_nothing_is_said_where_nothing_is_taken(clients, patient):
    takes_nothing(patient)
    assert "What may hide a reaction" not in before_applying(clients, patient)


def test_a_negative_under_what_hides_reactions_is_not_valid_and_says_why(clients, patient, lot):
    test = a_read_test(patient, lot)
    a_medicine(patient, "steroid")
    text = clients("practitioner").get_ok(f"/patch-tests/{test.id}").text
    assert "not valid" in text
    assert (
        "Steroid is taken and may have hidden a reaction, so a spot without a reaction proves nothing" in text
    )


def test_a_positive_under_what_hides_reactions_still_bars(patient, lot, watch):
    a_read_test(patient, lot, grade="+")
    a_medicine(patient, "steroid")
    assert [one.name for one in barred(patient.id, PatchTestPolicy(), watch.now())] == ["ascorbic acid"]


def test_a_negative_under_what_hides_reactions_lifts_no_bar(patient, lot, watch):
    a_read_test(patient, lot, grade="+", days=30)
    a_read_test(patient, lot, days=5)
    assert barred(patient.id, PatchTestPolicy(), watch.now()) == []
    a_medicine(patient, "steroid", started_on=watch.now().date() - timedelta(days=6))
    assert [one.name for one in barred(patient.id, PatchTestPolicy(), watch.now())] == ["ascorbic acid"]


def test_the_rules_are_told_what_may_have_hidden_a_reaction(patient, lot, watch):
    a_read_test(patient, lot)
    a_medicine(patient, "steroid")
    [told] = with_tests(patient_facts(patient.id, watch.now()), patient.id, "Europe/Paris").tests
    assert told.suppressed.startswith("Steroid is taken")
