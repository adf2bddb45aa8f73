"""Who sees a patient: the site that cares, and whoever opens the record in an emergency."""

from datetime import date, timedelta

import pytest

from formulary.audit.models import AccessEntry, AuditEntry
from formulary.db import Missing, db
from formulary.patients import queries
from formulary.patients.models import BreakGlass
from tests.support.builders import a_patient, saved

EMERGENCY = "/patients/emergency"
PAGES = ("", "/edit", "/weigh", "/allergies", "/conditions", "/consents")


@pytest.fixture
def elsewhere(cast):
    """A patient of the other site."""
    return a_patient(name="Zoe Garnier", born_on=date(1970, 1, 2), site=cast.other_site)


def opened(client, patient):
    """The record of a patient of another site, opened in an emergency."""
    return client.post_ok(
        EMERGENCY,
        {
            "identifier": patient.code.lower(),
            "born_on": patient.born_on,
            "reason": "Swollen face, no notes here",
        },
    )


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_gets_404_everywhere(clients, page):
    mine = a_patient()
    clients("practitioner3").get_page(f"/patients/{mine.id}{page}", status=404)


# Who may enter is decided before any table is asked.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("page", PAGES)
def test_a_technician_gets_403_everywhere(clients, page):
    mine = a_patient()
    clients("technician").get_page(f"/patients/{mine.id}{page}", status=403)


def test_a_stranger_cannot_write(clients, cast):
    mine = a_patient(ready=False)
    client = clients("practitioner3")
    page = client.get_ok("/patients/register")
    token = page.form(button="Register").fields["csrf_token"][0]
    data = {"csrf_token": token, "weight": "60", "weight-unit": "kg", "measured_on": "2026-11-24"}
    assert client.post(f"/patients/{mine.id}/weigh", data).status_code == 404
    assert queries.weights(mine.id, mine.created_at + timedelta(days=1)) == []


def test_opening_a_record_is_noted(clients, watch):
    mine = a_patient()
    clients("practitioner").get_ok(f"/patients/{mine.id}")
    entry = db.session.scalars(db.select(AccessEntry).filter_by(what="patients.chart")).one()
    assert (entry.object_kind, entry.object_id, entry.patients) == ("patient", mine.id, 1)
    assert (entry.person_name, entry.at) == ("Manon Roux", watch.now())


def test_an_emergency_opens_the_record_for_an_hour(clients, elsewhere, watch):
    client = clients("practitioner")
    client.get_page(f"/patients/{elsewhere.id}", status=404)
    page = opened(client, elsewhere)
    assert page.h1 == "Zoe Garnier"
    assert "Emergency access until 14:00." in page.text
    for _ in range(5):
        watch.move(minutes=11, seconds=59)
        client.get_ok(f"/patients/{elsewhere.id}")
    watch.move(seconds=5)
    client.get_page(f"/patients/{elsewhere.id}", status=404)


def test_an_emergency_is_for_the_person_who_opened_it(clients, elsewhere):
    opened(clients("practitioner"), elsewhere)
    clients("practitioner2").get_page(f"/patients/{elsewhere.id}", status=404)


def test_an_emergency_takes_the_whole_name_too(clients, elsewhere):
    told = {"identifier": "garnier zoe", "born_on": "1970-01-02", "reason": "Bleeding"}
    clients("practitioner").post_refused(EMERGENCY, told)
    page = clients("practitioner").post_ok(EMERGENCY, {**told, "identifier": "ZOE  GARNIER"})
    assert page.h1 == "Zoe Garnier"


def test_a_guess_is_refused_and_recorded(clients, elsewhere):
    told = {"identifier": elsewhere.code, "born_on": "1970-01-03", "reason": "Guess"}
    page = clients("practitioner").post_refused(EMERGENCY, told)
    assert page.errors[0].startswith(
        "No patient has this code or whole name together with this date of birth."
    )
    entry = db.session.scalars(db.select(AuditEntry).filter_by(action="patients.break_glass")).one()
    assert entry.outcome == "refused"


def test_two_of_one_name_and_birth_date_need_the_code(clients, cast):
    for _ in range(2):
        a_patient(name="Zoe Garnier", born_on=date(1970, 1, 2), site=cast.other_site)
    told = {"identifier": "Zoe Garnier", "born_on": "1970-01-02", "reason": "Bleeding"}
    page = clients("practitioner").post_refused(EMERGENCY, told)
    assert page.errors[0] == "Several patients have this name and date of birth. Type the patient's code."


def test_no_reason_no_record(clients, elsewhere):
    told = {"identifier": elsewhere.code, "born_on": "1970-01-02", "reason": " "}
    [error] = clients("practitioner").post_refused(EMERGENCY, told).errors
    assert error.startswith("Why you must see this record now is not filled in.")
    assert db.session.scalars(db.select(BreakGlass)).all() == []


def test_an_emergency_goes_to_the_review_list_by_code(clients, elsewhere):
    opened(clients("practitioner"), elsewhere)
    page = clients("auditor").get_ok("/patients/emergencies")
    assert elsewhere.code in page.text
    assert "Swollen face, no notes here" in page.text
    assert "Zoe Garnier" not in page.text


def test_an_administrator_reviews_it_once(clients, elsewhere):
    opened(clients("practitioner"), elsewhere)
    row = db.session.scalars(db.select(BreakGlass)).one()
    admin = clients("admin")
    page = admin.post_ok(f"/patients/emergencies/{row.id}/review", at="/patients/emergencies")
    assert "reviewed" in page.text
    assert "Alix Bernard" in page.text
    db.session.refresh(row)
    assert row.reviewed_by_id is not None


def test_nobody_reviews_their_own(cast, clients, elsewhere, watch):
    row = saved(
        BreakGlass(
            patient_id=elsewhere.id,
            person_id=cast.actor("admin").person_id,
            reason="Test",
            at=watch.now(),
            until=watch.now() + timedelta(hours=1),
        )
    )
    page = clients("admin").post_refused(f"/patients/emergencies/{row.id}/review", at="/patients/emergencies")
    assert page.findings == ["emergency.own"]


def test_a_practitioner_sees_their_own_emergencies_and_reviews_none(clients, elsewhere):
    opened(clients("practitioner"), elsewhere)
    page = clients("practitioner").get_ok("/patients/emergencies")
    assert (elsewhere.code in page.text, "Mark as reviewed" in page.text) == (True, False)
    assert elsewhere.code not in clients("practitioner2").get_ok("/patients/emergencies").text
    token = page.form(to="/accounts/sign-out").fields["csrf_token"][0]
    row = db.session.scalars(db.select(BreakGlass)).one()
    answer = clients("practitioner").post(f"/patients/emergencies/{row.id}/review", {"csrf_token": token})
    assert answer.status_code == 403


def test_a_merged_record_leads_to_the_one_that_was_kept(cast, watch):
    by, kept = cast.actor("practitioner"), a_patient(name="Kept")
    merged = a_patient(name="Merged", merged_into_id=kept.id, site=cast.other_site)
    assert queries.patient(merged.id, by=by, at=watch.now()) == kept
    assert queries.patient_by_code(merged.code, by=by, at=watch.now()) == kept
    with pytest.raises(Missing):
        queries.patient(merged.id, by=cast.actor("practitioner3"), at=watch.now())


def test_the_weights_of_a_merged_record_are_kept(cast, watch):
    kept = a_patient(ready=False)
    a_patient(merged_into_id=kept.id)
    assert [str(row.quantity) for row, _ in queries.weights(kept.id, watch.now())] == [
        "<62000000000000 ng mass>"
    ]


@pytest.mark.parametrize("username", ["admin", "auditor"])
def test_whoever_oversees_reaches_the_emergency_accesses_from_the_log_of_looks(clients, username):
    client = clients(username)
    address = client.get_ok("/audit/access").links["Emergency accesses"]
    assert client.get_ok(address).h1 == "Emergency access: reviews"
