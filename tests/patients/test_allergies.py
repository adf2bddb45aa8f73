"""Allergies: found by any part of a name, noted, ended; asked and not asked."""

import pytest

from formulary.catalogue.models import SubstanceGroup
from formulary.db import db
from formulary.patients.models import Allergy, AllergyReview
from formulary.patients.queries import substances
from tests.support.builders import a_patient, a_product, an_allergy, an_ingredient, no_known_allergies, saved


@pytest.fixture
def patient(app):
    """Somebody who was never asked."""
    return a_patient(ready=False)


@pytest.fixture
def catalogue(app):
    """An active substance, an excipient, a group of allergens and one that is none."""
    alcohol = an_ingredient("benzyl alcohol", role="excipient", synonyms=("phenylmethanol",))
    a_product(an_ingredient("lidocaine"), name="Lidocaine 2 %", excipients=(alcohol,))
    saved(SubstanceGroup(word="sulfite", meaning="sulfites and bisulfites", is_allergy=True))
    saved(SubstanceGroup(word="light_sensitive_vitamin", meaning="retinol", is_allergy=False))
    return alcohol


def find(client, patient, what):
    """The page that offers what the catalogue holds for a text."""
    url = f"/patients/{patient.id}/allergies"
    return client.read(client.submit(client.get_ok(url), {"what": what}, press="Find"), url, 200)


def note(client, page, **answers):
    """Answer the questions of that page and save."""
    return client.submit(page, {"severity": "severe", **answers}, press="Note the allergy")


def test_any_part_of_a_name_finds_substances_excipients_and_groups(catalogue):
    assert [s.ref for s in substances("BENZ")] == [f"ingredient:{catalogue.id}"]
    assert [s.name for s in substances("methanol")] == ["benzyl alcohol"]
    assert [s.ref for s in substances("sulfi")] == ["group:sulfite"]
    assert substances("retinol") == []
    assert substances("  ") == []


def test_an_excipient_is_noted(clients, patient, catalogue):
    client = clients("practitioner")
    page = find(client, patient, "benz")
    assert note(client, page, reaction="Rash").status_code == 302
    row = db.session.scalars(db.select(Allergy).filter_by(patient_id=patient.id)).one()
    assert (row.ingredient_id, row.name, row.severity) == (catalogue.id, "benzyl alcohol", "severe")


def test_a_group_is_noted_and_stands_in_the_banner(clients, patient, catalogue):
    client = clients("practitioner")
    note(client, find(client, patient, "sulf"), severity="anaphylaxis")
    page = client.get_ok(f"/patients/{patient.id}")
    assert "sulfite, anaphylaxis" in page.text
    assert "the whole group" in page.text


def test_what_the_catalogue_does_not_hold_is_noted_in_words_that_say_so(clients, patient, catalogue):
    client = clients("practitioner")
    page = find(client, patient, "latex")
    assert "The catalogue holds nothing like it." in page.text
    note(client, page, stands_for="words", severity="mild")
    assert "in words alone: no check finds it" in client.get_ok(f"/patients/{patient.id}").text


# What cannot be read is refused before any table is asked.
@pytest.mark.databases("sqlite")
def test_what_it_stands_for_and_how_bad_it_was_must_be_chosen(clients, patient, catalogue):
    client, url = clients("practitioner"), f"/patients/{patient.id}/allergies"
    page = find(client, patient, "l")
    answer = client.submit(page, {}, press="Note the allergy")
    assert client.read(answer, url, 422).errors == [
        "It stands for: choose one.",
        "How bad the reaction was: choose one.",
    ]


def test_the_same_allergy_is_not_noted_twice(clients, patient, catalogue):
    an_allergy(patient, catalogue)
    client = clients("practitioner")
    answer = note(client, find(client, patient, "benz"))
    page = client.read(answer, f"/patients/{patient.id}/allergies", 422)
    assert page.errors == [
        "benzyl alcohol is on the list already. End it first, to note it with another severity."
    ]


def test_an_allergy_is_ended_with_a_reason_and_stays_on_record(clients, patient, catalogue):
    row = an_allergy(patient, catalogue)
    client = clients("pharmacist")
    client.post_refused(f"/patients/{patient.id}/allergies/{row.id}/end", {"why": ""})
    page = client.post_ok(f"/patients/{patient.id}/allergies/{row.id}/end", {"why": "Tested negative"})
    assert "Tested negative" in page.text
    client.get_page(f"/patients/{patient.id}/allergies/{row.id}/end", status=404)


def test_an_allergy_of_another_patient_is_not_ended(clients, patient, catalogue):
    row = an_allergy(a_patient(), catalogue)
    clients("pharmacist").get_page(f"/patients/{patient.id}/allergies/{row.id}/end", status=404)


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_never_asked_is_shown_as_unknown(clients, patient):
    page = clients("practitioner").get_ok(f"/patients/{patient.id}")
    assert "Nobody has asked this patient yet" in page.text
    assert "never asked" in page.texts("span", class_="state unknown")


def test_asked_none_known_is_dated_and_signed(clients, patient):
    url = f"/patients/{patient.id}"
    page = clients("practitioner").post_ok(f"{url}/allergies/asked", at=url, press="Asked: none known")
    assert "asked 24\xa0Nov\xa02026, 13:00 by Manon Roux" in page.text
    assert "none known" in page.text
    row = db.session.scalars(db.select(AllergyReview).filter_by(patient_id=patient.id)).one()
    assert row.answer == "none_known"


# What cannot be read is refused before any table is asked.
@pytest.mark.databases("sqlite")
def test_none_known_is_refused_while_allergies_stand(clients, patient, catalogue):
    url, client = f"/patients/{patient.id}", clients("practitioner")
    page = client.get_ok(url)
    an_allergy(patient, catalogue)
    answer = client.submit(page, {}, press="Asked: none known")
    assert client.read(answer, url, 422).findings == ["allergy.listed"]


def test_a_complete_list_is_confirmed(clients, patient, catalogue):
    an_allergy(patient, catalogue)
    url = f"/patients/{patient.id}"
    clients("practitioner").post_ok(f"{url}/allergies/asked", at=url, press="Asked: the list is complete")
    row = db.session.scalars(db.select(AllergyReview).filter_by(patient_id=patient.id)).one()
    assert row.answer == "listed"


def test_asking_again_is_a_new_fact(clients, patient, watch):
    no_known_allergies(patient)
    watch.move(minutes=5)
    url = f"/patients/{patient.id}"
    clients("practitioner").post_ok(f"{url}/allergies/asked", at=url, press="Asked: none known")
    assert len(db.session.scalars(db.select(AllergyReview).filter_by(patient_id=patient.id)).all()) == 2
