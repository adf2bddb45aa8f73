"""Two records of one person: found by both identifiers, seen side by side, merged; nothing is moved."""

from datetime import date

import pytest

from formulary.accounts import Forbidden
from formulary.audit.models import AuditEntry
from formulary.db import Missing, db, transaction
from formulary.patients import actions, queries
from formulary.patients.facts import patient_facts
from formulary.patients.models import Allergy, Patient
from formulary.rules.findings import Refused
from tests.support.at_once import at_once
from tests.support.builders import a_consent, a_patient, a_weight, act, an_allergy, an_ingredient
from tests.support.pages import text_of

MERGE = "Make them one record"


@pytest.fixture
def kept(app):
    """The record that stays."""
    return a_patient(name="Anna Kovač", born_on=date(1985, 3, 12))


@pytest.fixture
def twin(app):
    """A second record of her, with a slip in the date of birth."""
    return a_patient(name="Anna Kovac", born_on=date(1985, 12, 3), ready=False)


@pytest.fixture
def merge(cast, watch):
    """Merge one record into another, as a practitioner of Paris unless told otherwise."""

    def run(lost, into, *, username="practitioner"):
        with act():
            return actions.merge(
                lost.id, into_id=into.id, reason="passport", at=watch.now(), by=cast.actor(username)
            )

    return run


def by(twin):
    """Both identifiers of a record, as they are typed."""
    return {"identifier": twin.code.lower(), "born_on": twin.born_on}


def code_of(refusal):
    """The code of the only finding of a refusal."""
    return refusal.value.findings[0].code


def test_a_person_merges_what_they_have_seen_side_by_side(clients, kept, twin):
    client, url = clients("practitioner"), f"/patients/{kept.id}/merge"
    assert client.get_ok(f"/patients/{kept.id}").links["This is the same person as…"] == url
    client.read(client.submit(client.get_ok(url), by(twin), press="Find it"), url, 200)
    shown = client.page
    assert [text_of(one) for one in shown.all("h3")] == ["This record", "The other record"]
    told = {"keep": str(kept.id), "reason": "Same passport, she moved"}
    answer = client.submit(shown, told, press=MERGE)
    assert answer.status_code == 302
    page = client.get_ok(answer.location)
    assert f"One record now: {kept.code}." in page.text
    assert db.session.get(Patient, twin.id).merged_into_id == kept.id


def test_either_record_may_be_kept(clients, kept, twin):
    client, url = clients("pharmacist"), f"/patients/{twin.id}/merge"
    shown = client.read(client.submit(client.get_ok(url), by(kept), press="Find it"), url, 200)
    client.submit(shown, {"keep": str(kept.id), "reason": "Same passport"}, press=MERGE)
    rows = [db.session.get(Patient, row.id).merged_into_id for row in (kept, twin)]
    assert rows == [None, kept.id]


def test_without_a_reason_nothing_is_merged(clients, kept, twin):
    client, url = clients("practitioner"), f"/patients/{kept.id}/merge"
    shown = client.read(client.submit(client.get_ok(url), by(twin), press="Find it"), url, 200)
    page = client.read(client.submit(shown, {"reason": ""}, press=MERGE), url, 422)
    assert page.errors == ["Say how you know that it is one person."]
    assert db.session.get(Patient, twin.id).merged_into_id is None


@pytest.mark.parametrize(
    "typed",
    [{"identifier": "Anna", "born_on": "1985-12-03"}, {"identifier": "Anna Kovac", "born_on": "1985-12-04"}],
)
def test_the_other_record_is_found_by_both_identifiers_only(clients, kept, twin, typed):
    client, url = clients("practitioner"), f"/patients/{kept.id}/merge"
    page = client.read(client.submit(client.get_ok(url), typed, press="Find it"), url, 422)
    assert "Type the code of the other record." in page.errors[0]


def test_a_record_of_another_site_is_not_shown(clients, kept, cast):
    other = a_patient(name="Anna Kovač", born_on=date(1985, 3, 12), site=cast.other_site)
    client, url = clients("practitioner"), f"/patients/{kept.id}/merge"
    page = client.read(client.submit(client.get_ok(url), by(other), press="Find it"), url, 422)
    assert "whom you may see" in page.errors[0]


def test_the_checks_of_either_record_are_told_of_both(app, watch, kept, twin, merge):
    before, after = an_ingredient("lidocaine"), an_ingredient("procaine")
    an_allergy(twin, before)
    merge(twin, kept)
    an_allergy(kept, after)
    a_weight(kept, "58 kg")
    a_consent(kept, version="7")
    old, new = (patient_facts(row.id, watch.now()) for row in (twin, kept))
    assert [allergy.ingredient_id for allergy in old.allergies] == [before.id, after.id]
    assert (old.allergies, old.weight, old.consents) == (new.allergies, new.weight, new.consents)


def test_a_third_record_of_the_person_is_told_as_well(watch, kept, twin, merge):
    third = a_patient(ready=False)
    an_allergy(third, an_ingredient("procaine"))
    merge(third, kept)
    merge(twin, kept)
    assert len(patient_facts(twin.id, watch.now()).allergies) == 1


def test_no_row_is_moved(kept, twin, merge):
    row = an_allergy(twin, an_ingredient())
    merge(twin, kept)
    assert db.session.get(Allergy, row.id).patient_id == twin.id


def test_what_was_merged_into_the_record_before_goes_with_it(kept, twin, merge):
    third = a_patient(ready=False)
    merge(third, twin)
    merge(twin, kept)
    assert {db.session.get(Patient, row.id).merged_into_id for row in (third, twin)} == {kept.id}


def test_a_record_is_not_merged_into_itself(kept, merge):
    with pytest.raises(Refused) as refusal:
        merge(kept, kept)
    assert code_of(refusal) == "patient.same_record"


def test_a_merged_record_is_merged_no_further_and_nothing_into_it(kept, twin, merge):
    third = a_patient()
    merge(twin, kept)
    for lost, into in ((twin, third), (third, twin), (kept, twin)):
        with pytest.raises(Refused) as refusal:
            merge(lost, into)
        assert code_of(refusal) == "patient.merged"


def test_two_people_who_merge_each_way_make_no_circle(app, cast, watch, kept, twin):
    ids, who, now = (kept.id, twin.id), cast.actor("practitioner"), watch.now()

    def one_way(number):
        with transaction():
            actions.merge(ids[number], into_id=ids[1 - number], reason="passport", at=now, by=who)

    refused = [answer for answer in at_once(app, one_way, 2) if answer is not None]
    assert [type(answer) for answer in refused] == [Refused]
    db.session.rollback()
    db.session.expire_all()
    into = [db.session.get(Patient, id_).merged_into_id for id_ in ids]
    assert into in ([None, ids[0]], [ids[1], None])


def test_a_technician_merges_nobody(kept, twin, merge):
    with pytest.raises(Forbidden):
        merge(twin, kept, username="technician")


def test_a_stranger_merges_nobody(kept, twin, merge):
    with pytest.raises(Missing):
        merge(twin, kept, username="practitioner3")


def test_the_merge_stands_in_the_trail_with_its_reason(kept, twin, merge):
    merge(twin, kept)
    entry = db.session.scalars(db.select(AuditEntry).filter_by(action="patients.merge")).one()
    assert (entry.object_id, entry.new["into"], entry.reason) == (twin.id, kept.code, "passport")


def test_the_old_code_finds_the_kept_record_and_says_so(clients, kept, twin, merge):
    merge(twin, kept)
    client = clients("practitioner")
    url = "/patients/"
    page = client.read(client.submit(client.get_ok(url), {"q": twin.code}, to=url), url, 200)
    assert kept.code in page.text
    assert f"{twin.code} was merged into it" in page.text
    page = client.get_ok(f"/patients/{twin.id}")
    assert f"{twin.code} was merged into this record" in page.text
    assert f"{twin.code} was merged into this record" not in client.get_ok(f"/patients/{kept.id}").text


def test_the_old_name_and_date_of_birth_find_the_kept_record(cast, watch, kept, twin, merge):
    merge(twin, kept)
    who = cast.actor("practitioner")
    assert queries.named("Anna Kovac", twin.born_on) == [kept]
    assert queries.found("", twin.born_on, by=who, at=watch.now()) == [kept]
    assert kept in queries.alike("Anna Kovac", twin.born_on)


def test_the_sites_that_cared_for_the_old_record_see_the_kept_one(cast, watch, kept):
    other = a_patient(site=cast.other_site)
    with act():
        actions.admit_patient(
            kept.id, name=kept.name, born_on=kept.born_on, at=watch.now(), by=cast.actor("practitioner3")
        )
        actions.merge(
            kept.id, into_id=other.id, reason="passport", at=watch.now(), by=cast.actor("practitioner3")
        )
    assert queries.patient(kept.id, by=cast.actor("practitioner"), at=watch.now()) == other
