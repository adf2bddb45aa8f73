"""What a patient takes: noted, put right, asked as a whole; never changed, and never asked is not none."""

from datetime import date, timedelta

import pytest

from formulary import clock
from formulary.db import db
from formulary.patients import actions
from formulary.patients.actions import Taken
from formulary.patients.facts import patient_facts
from formulary.patients.models import PatientMedicine
from formulary.rules.facts import Choice, Medicine, Taking, Washout
from formulary.rules.findings import Refused
from tests.support.builders import a_medicine, a_medicine_kind, a_patient, act, takes_nothing

WEEK = Washout("mesotherapy", "avoid", "a week", 7, None, "days", "an article")
DAY = Washout("mesotherapy", "avoid", "a day", 24, None, "hours", "another article")


@pytest.fixture
def patient(app):
    """Somebody who was never asked."""
    return a_patient(ready=False)


@pytest.fixture
def garlic(app):
    """A kind of which an article asks a week, and another a day."""
    other = {"least": 24, "unit": "hours", "said": "a day", "source": "another article"}
    return a_medicine_kind("garlic", {}, other)


def at_list(patient):
    return f"/patients/{patient.id}/medicines"


def rows(patient):
    query = db.select(PatientMedicine).filter_by(patient_id=patient.id).order_by(PatientMedicine.id)
    return [(row.said, row.name, row.taking, row.replaces_id) for row in db.session.scalars(query)]


def test_a_supplement_is_noted_with_its_last_day_and_the_strictest_wash_out_is_shown(
    clients, patient, garlic
):
    """SOURCES_MESOTHERAPY 1: a week (S1), 24 hours (S4); the strictest binds and both are told."""
    told = {"kind": garlic.id, "choice": "own", "taking": "stopped", "last_taken_on": "2026-11-20"}
    page = clients("practitioner").post_ok(at_list(patient), told, press="Put it on the list")
    assert "until 20 Nov 2026" in page.text
    assert "over on 28 Nov 2026" in page.text
    assert "7 days without it; 7 days: an article; 24 hours: another article" in page.text


@pytest.mark.databases("sqlite")
def test_what_is_in_no_table_is_noted_in_words_that_say_so(clients, patient):
    told = {"name": "Levothyroxine 50 mcg", "choice": "prescribed", "taking": "still"}
    page = clients("practitioner").post_ok(at_list(patient), told, press="Put it on the list")
    assert "in words alone" in page.text


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("told", "errors"),
    [
        ({"choice": "own", "taking": "still"}, [
            "It has no name. Choose one of the list, or write its name."]),
        ({"name": "x", "choice": "own", "taking": "stopped"}, [
            "The last day belongs to what is no longer taken, and to nothing else. "
            "Type the day it was last taken, or say that the day is not known."]),
        ({"name": "x", "choice": "own", "taking": "stopped", "last_taken_on": "2026-11-25"}, [
            "25\xa0Nov\xa02026 has not come yet. Check the year."]),
        ({"name": "x", "choice": "own", "taking": "stopped", "last_taken_on": "2026-11-02",
          "started_on": "2026-11-03"}, ["It was last taken before it was begun. Check both days."]),
    ],
)  # fmt: skip
def test_days_that_cannot_be_are_refused(clients, patient, told, errors):
    page = clients("practitioner").post_refused(at_list(patient), told, press="Put it on the list")
    assert page.errors == errors
    assert rows(patient) == []


def test_an_entry_is_put_right_by_a_newer_one_once_and_stays_on_record(clients, patient, garlic):
    first = a_medicine(patient, "garlic")
    client, url = clients("practitioner"), f"{at_list(patient)}/{first.id}"
    page = client.post_ok(url, {"taking": "stopped", "last_taken_on": "2026-11-01"}, press="Put it right")
    assert "1\xa0entry put right or taken off" in page.text
    db.session.expire_all()
    assert rows(patient) == [("takes", "garlic", "still", None), ("takes", "garlic", "stopped", first.id)]
    client.get_page(url, status=404)


@pytest.mark.databases("sqlite")
def test_what_was_never_taken_is_taken_off_with_a_reason(clients, patient, garlic):
    first = a_medicine(patient, "garlic")
    page = clients("practitioner").post_ok(
        f"{at_list(patient)}/{first.id}/mistake", {"why": "Another's list"}
    )
    assert "Another's list" in page.text
    db.session.expire_all()
    assert rows(patient)[1:] == [("mistake", "garlic", "", first.id)]
    assert patient_facts(patient.id, first.at).medicines == ()


@pytest.mark.databases("sqlite")
def test_what_is_in_words_alone_is_closed_by_who_prescribes_with_a_day_and_a_reason(clients, patient):
    first, client = a_medicine(patient, name="Zyrtec"), clients("practitioner")
    assert "Does not matter: Zyrtec" in client.get_ok(at_list(patient)).text
    assert "Does not matter" not in clients("pharmacist").get_ok(at_list(patient)).text
    url, told = f"{at_list(patient)}/{first.id}/close", {"closed_on": "2026-11-20", "why": "asked: eye drops"}
    page = client.post_ok(url, told)
    assert "does not matter from 20 Nov 2026 on" in page.text
    db.session.expire_all()
    [known] = patient_facts(patient.id, clock.now()).medicines
    assert (known.name, known.closed_on) == ("Zyrtec", date(2026, 11, 20))
    client.get_page(url, status=404)


@pytest.mark.usefixtures("garlic")
@pytest.mark.parametrize(
    ("word", "day", "code"),
    [("garlic", date(2026, 11, 20), "medicine.of_a_kind"), ("Zyrtec", date(2027, 1, 1), "date.in_future")],
)
def test_what_is_of_a_kind_is_not_closed_nor_anything_for_a_day_to_come(cast, patient, word, day, code):
    first = a_medicine(patient, word)
    with pytest.raises(Refused) as refusal, act():
        told = {"closed_on": day, "why": "no", "at": clock.now(), "by": cast.actor("practitioner")}
        actions.close_medicine(first.id, patient.id, **told)
    assert [finding.code for finding in refusal.value.findings] == [code]


def test_an_entry_that_was_put_right_meanwhile_is_refused(cast, patient, watch):
    first, by = a_medicine(patient), cast.actor("practitioner")
    taken = Taken("still", "own", name="garlic")
    with act():
        actions.note_medicine(patient.id, taken, replaces_id=first.id, at=watch.now(), by=by)
    with pytest.raises(Refused) as refusal, act():
        actions.note_medicine(patient.id, taken, replaces_id=first.id, at=watch.now(), by=by)
    assert [finding.code for finding in refusal.value.findings] == ["medicine.replaced"]


@pytest.mark.databases("sqlite")
def test_never_asked_is_shown_as_unknown_and_asked_none_is_dated_and_signed(clients, patient):
    client, url = clients("practitioner"), f"/patients/{patient.id}"
    assert "Nobody has asked what this patient takes" in client.get_ok(url).text
    page = client.post_ok(f"{url}/medicines/asked", at=url, press="Asked: takes nothing")
    assert page.url == url
    assert "asked 24\xa0Nov\xa02026, 13:00 by Manon Roux" in page.text


def test_none_is_refused_while_something_is_taken(cast, patient, watch, garlic):
    a_medicine(patient, "garlic")
    with pytest.raises(Refused) as refusal, act():
        actions.review_medicines(patient.id, takes_none=True, at=watch.now(), by=cast.actor("practitioner"))
    assert refusal.value.findings[0].reason == "garlic stand on the list as taken."


def test_a_list_that_is_empty_is_not_complete(cast, patient, watch):
    with pytest.raises(Refused) as refusal, act():
        actions.review_medicines(patient.id, takes_none=False, at=watch.now(), by=cast.actor("practitioner"))
    assert refusal.value.findings[0].code == "medicine.none_listed"


def test_the_rules_are_told_of_what_stands_and_when_it_was_asked(patient, watch, garlic):
    a_medicine(patient, "garlic", last_taken_on=watch.now().date())
    takes_nothing(patient)
    told = patient_facts(patient.id, watch.now())
    today = watch.now().date()
    assert told.medicines == (
        Medicine("garlic", Taking.STOPPED, Choice.OWN, None, today, "garlic", (WEEK, DAY)),
    )
    assert told.medicines_asked_at == watch.now()
    assert patient_facts(patient.id, watch.now() - timedelta(minutes=1)).medicines == ()


def test_what_a_merged_record_takes_is_told_of_both(app, watch, patient, garlic):
    twin = a_patient(merged_into_id=patient.id, ready=False)
    a_medicine(twin, "garlic")
    takes_nothing(patient)
    told = [patient_facts(row.id, watch.now()) for row in (twin, patient)]
    assert [[one.name for one in each.medicines] for each in told] == [["garlic"], ["garlic"]]
    assert [each.medicines_asked_at for each in told] == [watch.now(), watch.now()]
