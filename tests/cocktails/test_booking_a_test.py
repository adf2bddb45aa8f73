"""The button that books a missing patch test: the draft is kept, the page is filled in, and leads back."""

import pytest

from formulary import clock
from formulary.cocktails import actions as cocktails
from formulary.cocktails.models import CocktailLine
from formulary.db import db, transaction
from formulary.patch_tests.models import PatchTest
from formulary.stock import queries
from tests.support.builders import a_patient

page_alone = pytest.mark.databases("sqlite")  # what the page says does not depend on the database


@pytest.fixture
def draft(clinic, formula):
    """A draft for a patient of whom no patch test is on record."""
    untested = a_patient(site=clinic.site)
    with transaction():
        return cocktails.create_draft(
            untested.id, formula_version_id=formula.id, at=clock.now(), by=clinic.actor("practitioner")
        )


@page_alone
def test_every_line_without_a_test_offers_to_book_one_by_its_name(draft, clients):
    page = clients("practitioner").get_ok(f"/cocktails/{draft.id}/compose")
    offered = [b.get("aria-label") for b in page.all("button", name="act") if "test-" in b.get("value", "")]
    names = ("tranexamic acid", "ascorbic acid", "glutathione")
    assert offered == [f"Book a patch test: {name}" for name in names]


def test_it_keeps_what_is_typed_and_comes_back_to_the_draft_once_the_test_is_applied(draft, clients):
    person, url = clients("practitioner"), f"/cocktails/{draft.id}/compose"
    page = person.get_ok(url)
    to_book = dict(page.form(button="Sign").fields) | {"lines-0-value": ["5"], "act": ["test-1"]}
    answer = person.post(url, to_book)
    assert db.session.scalar(db.select(CocktailLine.entered).filter_by(revision_id=1, number=1)) == "5"
    page = person.get_ok(answer.location)
    [lot] = queries.lots_with_number("TXA-2231")
    assert page.form(button="Record the test").fields["spots-0-source"] == [f"lot:{lot.id}"]
    assert page.links["Back to the draft"] == url
    answer = person.submit(
        page, {"spots-0-volume": "0.02", "body_site": "left forearm"}, press="Record the test"
    )
    assert answer.location.endswith(url)
    assert db.session.scalars(db.select(PatchTest).filter_by(patient_id=draft.patient_id)).one()


@page_alone
def test_what_cannot_be_read_is_not_saved_and_nobody_is_led_away(draft, clients):
    person, url = clients("practitioner"), f"/cocktails/{draft.id}/compose"
    fields = dict(person.get_ok(url).form(button="Sign").fields)
    answer = person.post(url, fields | {"lines-0-value": ["much"], "act": ["test-1"]})
    assert answer.status_code == 422


@page_alone
@pytest.mark.parametrize(
    "asked", ["product=x&lot=-1&draft=0", "product=999999&lot=999999", "draft=99999999999"]
)
def test_an_address_that_names_nothing_fills_in_nothing(draft, clients, asked):
    page = clients("practitioner").get_ok(f"/patch-tests/of/{draft.patient_id}/apply?{asked}")
    assert page.form(button="Record the test").fields["spots-0-source"] == [""]
