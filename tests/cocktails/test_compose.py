"""`/cocktails/<id>/compose`: every figure and finding as one types, saving, signing, and what is refused."""

import pytest

from formulary import clock
from formulary.cocktails import actions as cocktails
from formulary.cocktails import queries
from formulary.db import transaction


@pytest.fixture
def draft(clinic, patient, formula):
    with transaction():
        return cocktails.create_draft(
            patient.id, formula_version_id=formula.id, at=clock.now(), by=clinic.actor("practitioner")
        )


def the_page(draft):
    return f"/cocktails/{draft.id}/compose"


def test_the_page_shows_dose_volume_and_mixture_of_every_line(draft, clients):
    page = clients("practitioner").get_ok(the_page(draft))
    assert "4\N{NO-BREAK SPACE}mg/mL" in page.text
    assert "Ready to sign." in page.text


def test_signing_what_was_shown_prescribes_it(draft, clients, clinic):
    page = clients("practitioner").post_ok(the_page(draft), {}, press="Sign")
    assert queries.cocktail(draft.id, clinic.actor("practitioner")).state == "prescribed"
    assert page.flashes == [f"{draft.code} is signed and waits for verification."]


def test_a_stranger_of_another_site_finds_nothing(draft, clients):
    clients("practitioner3").get_page(the_page(draft), status=404)


def test_a_technician_may_not_compose(draft, clients):
    clients("technician").get_page(the_page(draft), status=403)
