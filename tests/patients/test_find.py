"""Finding patients: a POST, scoped, noted, and never in an address."""

from datetime import date

from formulary.audit.models import AccessEntry
from formulary.db import db
from tests.support.builders import a_patient

PATIENTS = "/patients/"


def search(client, **typed):
    """The page that a search leads to."""
    page = client.get_ok(PATIENTS)
    answer = client.submit(page, typed, to=PATIENTS)
    return client.read(answer, PATIENTS, 200)


def names(page):
    """The names on the list."""
    return [name for name in page.texts("th", scope="row")]


def test_the_list_holds_the_patients_of_the_site(clients, cast):
    a_patient(name="Anna Kovač")
    a_patient(name="Other Site", site=cast.other_site)
    assert names(clients("practitioner").get_ok(PATIENTS)) == ["Anna Kovač"]


def test_a_part_of_the_name_finds_without_accents_and_in_any_order(clients):
    a_patient(name="Anna Kovač")
    a_patient(name="Berta Weiß")
    client = clients("pharmacist")
    assert names(search(client, q="kovac an")) == ["Anna Kovač"]
    assert names(search(client, q="WEISS")) == ["Berta Weiß"]


def test_code_record_number_telephone_and_birth_date_find(clients):
    patient = a_patient(name="Anna Kovač", born_on=date(1970, 5, 6), record_number="R/77", phone="+33 6 12")
    a_patient(name="Berta Weiss")
    client = clients("pharmacist")
    for typed in ({"q": patient.code.lower()}, {"q": "R/77"}, {"q": "+33 6 12"}, {"born_on": "1970-05-06"}):
        assert names(search(client, **typed)) == ["Anna Kovač"], typed


def test_a_wristband_scanned_into_the_box_opens_its_patient(clients):
    patient = a_patient(name="Anna Kovač")
    client = clients("pharmacist")
    page = client.get_ok(PATIENTS)
    for code in (f"]d2FML1:{patient.code}", f"FML1:{patient.code}"):
        answer = client.submit(page, {"q": code}, to=PATIENTS)
        assert (answer.status_code, answer.location) == (303, f"/patients/{patient.id}")
    assert names(search(client, q="FML1:P-999")) == []


def test_wildcards_are_letters_like_any_other(clients):
    a_patient(name="Anna Kovač")
    assert names(search(clients("pharmacist"), q="%")) == []


def test_patients_of_another_site_are_not_found(clients):
    assert names(search(clients("practitioner"), q="Lefevre")) == []
    assert names(search(clients("practitioner3"), q="Lefevre")) == ["Zoe Lefevre"]


def test_a_search_is_noted_without_its_words(clients):
    a_patient(name="Anna Kovač")
    search(clients("practitioner"), q="Anna", born_on="1985-04-12")
    entry = db.session.scalars(db.select(AccessEntry).filter_by(what="patients.search")).one()
    assert (entry.patients, entry.detail) == (1, "by text and date of birth")


def test_a_search_that_cannot_be_read_is_answered(clients):
    client = clients("practitioner")
    page = client.get_ok(PATIENTS)
    page = client.read(client.submit(page, {"q": "x" * 500}, to=PATIENTS), PATIENTS, 422)
    [error] = page.errors
    assert "has 500 characters; this field takes 120." in error


def test_nothing_typed_is_no_search(clients):
    client = clients("practitioner")
    page = client.read(client.submit(client.get_ok(PATIENTS), {}, to=PATIENTS), PATIENTS, 422)
    assert page.errors == ["Nothing was typed. Type a part of the name, or the date of birth."]


def test_a_technician_does_not_search(clients):
    clients("technician").get_page(PATIENTS, status=403)


def test_the_list_is_turned_by_pages_without_a_name_in_the_address(clients):
    for _ in range(51):
        a_patient(ready=False)
    page = clients("practitioner").get_ok(PATIENTS)
    assert len(names(page)) == 50
    older = page.links["Older"]
    assert len(names(clients("practitioner").get_ok(older))) == 1
