"""Registering a patient, those who look alike, and editing."""

from datetime import date

import pytest

from formulary.audit.models import AuditEntry
from formulary.db import db
from formulary.patients.models import Care, Patient
from tests.support.builders import a_patient

REGISTER = "/patients/register"
ANNA = {"name": "Anna Kovač", "born_on": "1985-03-12"}


def test_a_patient_gets_a_code_and_is_in_the_care_of_the_site(clients, cast):
    page = clients("practitioner").post_ok(REGISTER, {**ANNA, "sex": "female", "phone": "+33 6 12 34"})
    patient = db.session.scalars(db.select(Patient).filter_by(name="Anna Kovač")).one()
    assert patient.code.startswith("P-")
    assert (patient.folded, patient.born_on, patient.sex) == ("anna kovac", date(1985, 3, 12), "female")
    care = db.session.scalars(db.select(Care).filter_by(patient_id=patient.id)).one()
    assert (care.site_id, care.why) == (cast.site.id, "registered")
    assert page.h1 == "Anna Kovač"
    assert "born 12\xa0Mar\xa01985, 41\xa0years old, female" in page.text


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_no_name_stands_in_the_title_of_the_tab(clients):
    page = clients("practitioner").post_ok(REGISTER, ANNA)
    assert "Kova" not in page.title
    assert "Patient P-" in page.title


# What cannot be read is refused before any table is asked.
@pytest.mark.databases("sqlite")
def test_a_name_and_a_birth_date_are_asked_for(clients):
    page = clients("practitioner").post_refused(REGISTER, {"name": " ", "born_on": ""})
    assert len(page.errors) == 2


# What cannot be read is refused before any table is asked.
@pytest.mark.databases("sqlite")
def test_a_name_without_a_letter_is_refused(clients):
    page = clients("practitioner").post_refused(REGISTER, {**ANNA, "name": "?!"})
    assert page.errors == ["The name holds no letter. Type it as the patient writes it."]


# What cannot be read is refused before any table is asked.
@pytest.mark.databases("sqlite")
def test_a_birth_date_in_the_future_is_refused(clients):
    page = clients("practitioner").post_refused(REGISTER, {**ANNA, "born_on": "2026-11-25"})
    assert page.errors == ["25\xa0Nov\xa02026 has not come yet. Check the year."]


def test_somebody_who_looks_alike_is_shown_first(clients):
    known = a_patient(name="Kovac Anna", born_on=date(1985, 3, 12))
    page = clients("practitioner").post_refused(REGISTER, ANNA)
    assert page.errors[0].startswith(f"{known.code} may be the same person")
    assert page.links[f"Open {known.code}"] == f"/patients/{known.id}"


def test_day_and_month_that_changed_places_look_alike(clients):
    known = a_patient(name="Anna Kovač", born_on=date(1985, 12, 3))
    [error] = clients("practitioner").post_refused(REGISTER, ANNA).errors
    assert error.startswith(f"{known.code} may be the same person")


def test_another_person_of_the_same_name_is_registered_when_said_so(clients):
    client, known = clients("practitioner"), a_patient(name="Anna Kovač", born_on=date(1985, 3, 12))
    page = client.post_refused(REGISTER, ANNA)
    answer = client.submit(page, {"others": known.id}, press="Register")
    assert answer.status_code == 302
    assert len(db.session.scalars(db.select(Patient).filter_by(name="Anna Kovač")).all()) == 2


def test_a_patient_of_another_site_is_named_by_code_alone(clients, cast):
    elsewhere = a_patient(name="Ana Kovač", born_on=date(1985, 3, 12), site=cast.other_site)
    page = clients("practitioner").post_refused(REGISTER, ANNA)
    assert elsewhere.code in page.text
    assert "Ana Kova" not in page.text


def test_a_patient_of_another_site_is_taken_into_care_with_both_identifiers(clients, cast):
    client = clients("practitioner")
    elsewhere = a_patient(name="Anna Kovač", born_on=date(1985, 3, 12), site=cast.other_site)
    page = client.post_refused(REGISTER, ANNA)
    answer = client.submit(page, to="/patients/admit")
    assert answer.location.endswith(f"/patients/{elsewhere.id}")
    assert client.get_ok(f"/patients/{elsewhere.id}").h1 == "Anna Kovač"


def test_a_patient_of_another_site_is_not_taken_into_care_with_one_identifier(clients, cast):
    client = clients("practitioner")
    elsewhere = a_patient(name="Anna Kovač", born_on=date(1985, 3, 12), site=cast.other_site)
    page = client.post_refused(REGISTER, ANNA)
    answer = client.submit(page, {"born_on": "1985-03-13"}, to="/patients/admit")
    assert answer.status_code == 404
    client.get_page(f"/patients/{elsewhere.id}", status=404)


def test_a_double_click_registers_once(clients):
    client = clients("practitioner")
    page = client.get_ok(REGISTER)
    first, second = (client.submit(page, ANNA, press="Register") for _ in range(2))
    assert first.location == second.location
    assert len(db.session.scalars(db.select(Patient).filter_by(name="Anna Kovač")).all()) == 1


def test_an_edit_changes_what_was_typed(clients):
    patient = a_patient(name="Anna Kovac")
    page = clients("pharmacist").post_ok(f"/patients/{patient.id}/edit", {"name": "Anna Kovač"})
    assert page.h1 == "Anna Kovač"


def test_an_edit_that_changes_nothing_is_refused(clients):
    patient = a_patient()
    page = clients("pharmacist").post_refused(f"/patients/{patient.id}/edit")
    assert page.errors == ["Nothing differs from what is on record. Change it, or leave."]


def test_a_save_from_an_older_version_is_answered_with_409(clients):
    patient, late = a_patient(), clients("practitioner")
    opened = late.get_ok(f"/patients/{patient.id}/edit")
    clients("pharmacist").post_ok(f"/patients/{patient.id}/edit", {"phone": "12"})
    answer = late.submit(opened, {"phone": "34"}, press="Save")
    assert answer.status_code == 409


def test_the_trail_tells_the_fields_and_never_the_name(clients):
    patient = a_patient(name="Anna Kovac")
    clients("pharmacist").post_ok(f"/patients/{patient.id}/edit", {"name": "Bella Novak"})
    entry = db.session.scalars(db.select(AuditEntry).filter_by(action="patients.edit")).one()
    assert entry.new["fields"] == ["name"]
    assert "Novak" not in f"{entry.old} {entry.new} {entry.reason}"
    assert entry.old["identity"] != entry.new["identity"]


def test_registering_is_for_practitioners_and_pharmacists(clients):
    for username in ("technician", "recall", "auditor", "admin"):
        clients(username).get_page(REGISTER, status=403)
