"""Credentials: recorded and ended by an administrator alone, seen by their person, audited."""

from datetime import date

import pytest

from formulary.accounts import actions, queries
from formulary.accounts.facts import practitioner
from formulary.accounts.permissions import Forbidden
from formulary.audit.queries import entries_about
from formulary.db import transaction
from tests.support.builders import a_credential, a_user

TYPED = {
    "kind": "inject",
    "authority": "Board of Medicine",
    "number": "A-17",
    "valid_from": "2026-01-01",
    "valid_to": "2026-12-31",
}


@pytest.fixture
def nurse(cast):
    """Somebody without any credential."""
    return a_user("nurse", "recall_officer", site=cast.site)


def test_an_administrator_records_one_and_its_person_sees_it(clients, nurse):
    there = f"/accounts/people/{nurse.id}"
    assert "None is on record" in clients("admin").get_ok(there).text
    page = clients("admin").post_ok(f"{there}/credentials/add", TYPED)
    assert "The credential is on record." in page.flashes
    (row,) = queries.credentials_of(nurse.person_id)
    assert (row.kind, row.number, row.valid_to) == ("inject", "A-17", date(2026, 12, 31))
    (entry,) = entries_about("credential", row.id)
    assert (entry.action, entry.new["person"]) == ("accounts.record_credential", nurse.person_id)
    assert "Board of Medicine" in clients("nurse").get_ok("/accounts/me").text


def test_one_that_ends_before_it_begins_is_refused_at_its_field(clients, nurse):
    url = f"/accounts/people/{nurse.id}/credentials/add"
    page = clients("admin").post_refused(url, TYPED | {"valid_to": "2025-12-31"})
    assert "It ends before it begins." in " ".join(page.errors)


def test_an_ended_one_counts_no_more_and_stays_to_be_seen(clients, cast, nurse, watch):
    row, by = a_credential(queries.person(nurse.person_id), "inject"), queries.actor("nurse")
    before = watch.now()
    watch.move(minutes=1)
    url = f"/accounts/people/{nurse.id}/credentials/{row.id}/end"
    page = clients("admin").post_ok(url, {"reason": "withdrawn by the board"})
    assert "withdrawn by the board" in page.text
    assert practitioner(by, watch.now()).credentials == ()
    assert len(practitioner(by, before).credentials) == 1


def test_nobody_but_an_administrator_records_one(clients, cast, nurse, watch):
    clients("pharmacist").get_page(f"/accounts/people/{nurse.id}/credentials/add", status=403)
    told = {"kind": "inject", "authority": "x", "valid_from": date(2026, 1, 1), "valid_to": date(2027, 1, 1)}
    with pytest.raises(Forbidden), transaction():
        by = cast.actor("pharmacist")
        actions.record_credential(nurse.person_id, **told, at=watch.now(), by=by)


def test_one_of_another_person_is_not_found(clients, cast, nurse):
    row = a_credential(cast.user("practitioner").person, "inject")
    clients("admin").get_page(f"/accounts/people/{nurse.id}/credentials/{row.id}/end", status=404)


def test_the_list_of_people_says_who_is_entitled_to_what_today(clients, cast, nurse):
    a_credential(queries.person(nurse.person_id), "inject", valid_to=date(2026, 11, 23))
    text = clients("admin").get_ok("/accounts/people").text
    assert "nurse recall officerLes Tilleuls, Paris nothing today open" in text
    assert "technician technicianLes Tilleuls, Paris prepare open" in text
