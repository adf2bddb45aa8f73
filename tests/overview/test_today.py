"""The first page: what needs doing now, by role, and nothing that its reader may not see."""

from datetime import UTC, datetime

import pytest

from formulary import clock
from formulary.cocktails import actions as cocktails
from formulary.cocktails.models import Revision
from formulary.db import db, transaction
from formulary.preparations.models import Attempt
from tests.overview.doing import (
    NAME,
    attempted,
    held,
    hours,
    leads_to,
    lines,
    of_cocktails,
    panels,
    said,
    titles,
    today,
    words,
)
from tests.recalls.doing import a_cocktail, opened
from tests.support.builders import a_lot, a_patient, a_user, act
from tests.support.road import a_prescription

EVERYBODY = ("admin", "pharmacist", "technician", "practitioner", "recall", "auditor")
DAY = {
    "pharmacist": ["Use lot L1, Late", f"Verify C-0002 for {NAME}", f"Go on with C-0004 for {NAME}"],
    "pharmacist2": [f"Release C-0005 for {NAME}", "Use lot L1, Late", f"Verify C-0002 for {NAME}"],
    "technician": ["Prepare C-0003 for P-2"],
    "practitioner": [f"Give C-0006 to {NAME}", f"Read patch test T-1 of {NAME}", f"Finish C-0001 for {NAME}"],
    "practitioner2": [f"Give C-0006 to {NAME}", f"Read patch test T-1 of {NAME}"],
    "recall": ["Follow lot L1"],
    "admin": [],
    "auditor": ["Look at lot L1"],
    "practitioner3": [],
}
NEEDS = ("Nothing needs", "One thing needs", "Two things need", "Three things need")


# Who reads what does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("who", EVERYBODY)
def test_a_quiet_day_says_so(clients, who):
    page = today(clients(who))
    assert (page.h1, titles(page)) == ("Nothing needs you now", [])
    assert "Nothing waits for you" in panels(page)["Do now"]


@pytest.mark.parametrize(("who", "expected"), DAY.items())
def test_everybody_is_shown_what_is_theirs_and_no_more(clients, who, expected, day):
    page = today(clients(who))
    assert titles(page) == expected
    assert page.h1.startswith(NEEDS[len(expected)])


# Who reads what does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("who", ["technician", "recall", "auditor", "admin", "practitioner3"])
def test_who_does_not_care_for_patients_reads_no_name(clients, who, day):
    assert NAME not in today(clients(who)).html


# Who reads what does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("who", ["recall", "auditor", "admin", "practitioner3"])
def test_who_is_not_at_the_bench_reads_of_no_cocktail(clients, who, day):
    patient = day
    page = today(clients(who))
    assert [code for code in ("C-0001", "C-0002", patient.code, "T-1") if page.mentions(code)] == []


@pytest.mark.parametrize("who", ["technician", "pharmacist", "practitioner3"])
def test_what_another_site_does_is_not_told(clients, cast, who):
    there = cast.other_site
    a_cocktail(a_patient(site=there), "verified", site=there)
    opened(a_lot(number="LYON1", site=there), site=there)
    html = today(clients(who)).html
    assert ("LYON1" in html, "C-0001" in html) == ((who == "practitioner3"),) * 2


# Who may enter is decided before any table is asked.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("who", EVERYBODY)
def test_only_pages_that_may_be_opened_are_offered(clients, who, day):
    client = clients(who)
    offered = sorted({href for href in today(client).links.values() if href.startswith("/")})
    answers = {href: client.get(href).status_code for href in offered}
    assert {href: status for href, status in answers.items() if status >= 400} == {}


@pytest.mark.parametrize(
    ("stage", "who", "title"),
    [
        ("verified", "technician", "Prepare C-0001 for {code}"),
        ("claimed", "technician", "Go on with C-0001 for {code}"),
        ("prepared", "pharmacist", "Release C-0001 for {name}"),
        ("released", "practitioner", "Give C-0001 to {name}"),
        ("started", "practitioner", "Close the session of C-0001"),
    ],
)
def test_each_step_of_the_road_calls_its_person_to_its_page(road, clients, stage, who, title):
    getattr(road, stage)()
    client, expected = clients(who), title.format(code=road.patient.code, name=road.patient.name)
    page = today(client)
    assert of_cocktails(page) == [expected]
    assert "C-0001" in client.get_ok(leads_to(page)[expected], follow=True).text


def test_a_prescription_calls_the_pharmacist_to_the_page_that_asks_blind(clinic, patient, formula, clients):
    a_prescription(clinic, patient, formula)
    client, title = clients("pharmacist"), f"Verify C-0001 for {patient.name}"
    page = today(client)
    assert of_cocktails(page) == [title]
    assert "Verify" in client.get_ok(leads_to(page)[title]).h1


def test_what_was_returned_is_told_with_the_reason(clinic, patient, formula, clients):
    signed = a_prescription(clinic, patient, formula)
    told = {"reason": "Half of it is enough", "at": clock.now(), "by": clinic.actor("pharmacist")}
    with transaction():
        cocktails.return_to_draft(signed.id, **told)
    page, title = today(clients("practitioner")), f"Correct C-0001 for {patient.name}"
    assert of_cocktails(page) == [title]
    assert "Returned: Half of it is enough" in said(page, title)
    assert of_cocktails(today(clients("pharmacist"))) == []


def test_nobody_is_asked_to_verify_what_they_signed_or_to_release_what_they_prepared(clients, cast):
    both = a_user("both", "pharmacist", "practitioner", site=cast.site)
    patient = a_patient(name=NAME)
    signed, attempt = a_cocktail(patient, "prescribed"), attempted(patient, "prepared")
    with act():
        revision = db.session.scalars(db.select(Revision).filter_by(cocktail_id=signed.id)).one()
        revision.prescriber_id = both.person_id
        db.session.get_one(Attempt, attempt.id).preparer_id = both.person_id
    assert titles(today(clients("both"))) == []
    expected = [f"Verify C-0001 for {NAME}", f"Release C-0002 for {NAME}"]
    assert titles(today(clients("pharmacist"))) == expected


@pytest.mark.parametrize("who", ["pharmacist", "practitioner"])
def test_where_no_second_person_is_asked_for_the_preparer_is_called_to_release(clients, cast, who):
    attempt = attempted(a_patient(name=NAME), "prepared")
    with act():
        db.session.get_one(Attempt, attempt.id).preparer_id = cast.actor(who).person_id
    assert titles(today(clients(who))) == []
    with act():
        cast.site.release = False
    assert titles(today(clients(who))) == [f"Release C-0001 for {NAME}"]


def test_who_has_two_roles_is_shown_what_either_needs(clients, cast):
    a_user("two", "technician", "recall_officer", site=cast.site)
    held(a_lot(number="H1"))
    a_cocktail(a_patient(), "verified")
    page = today(clients("two"))
    assert sorted(title.split(" ")[0] for title in titles(page)) == ["Follow", "Prepare"]


def test_the_first_to_end_stands_first_and_what_has_no_hour_last(clients, watch):
    patient = a_patient(name=NAME)
    for hour in (15, 13, None):
        planned = datetime(2026, 11, 24, hour, 0, tzinfo=UTC) if hour else None
        a_cocktail(patient, "prescribed", planned_for=planned)
    page = today(clients("pharmacist"))
    assert [title.split(" ")[1] for title in titles(page)] == ["C-0002", "C-0001", "C-0003"]
    assert hours(page) == ["14:00in 1 h", "16:00in 3 h", "Todayno hour is set"]
    assert page.h1 == "Three things need you today, one within the hour"
    watch.set(datetime(2026, 11, 24, 13, 1, tzinfo=UTC))
    assert hours(today(clients("pharmacist").login("pharmacist")))[0] == "Nowsince 14:00"


def test_twelve_things_are_shown_and_the_rest_is_counted(clients):
    patient = a_patient()
    for _ in range(15):
        a_cocktail(patient, "prescribed")
    page = today(clients("pharmacist"))
    assert (page.h1, len(lines(page))) == ("15 things need you today", 12)
    assert "3 more things to do; finish these first." in words(page)
