"""The page of an answer: ten figures; who sees names, codes or counts; what is noted of whom."""

from __future__ import annotations

import pytest

from formulary.db import db
from formulary.patients.models import Patient
from tests.house.test_endpoints import writing_nothing
from tests.recalls.doing import a_cocktail, a_session, an_attempt, drawn, given, moved, opened
from tests.recalls.reading import (
    NOBODY_MAY,
    NUMBER,
    accesses,
    answer,
    bucket,
    figures,
    firsts,
    letters,
    rows,
    the_story,
    url_of,
    words,
)
from tests.support.builders import a_lot, a_patient, act
from tests.support.client import MOVED

NAMED = ("recall", "auditor")
LOOKERS = ("pharmacist", "technician", "practitioner", *NAMED)
FULL = {
    "recall": "Rose Fournier", "auditor": "Ugo Lambert", "pharmacist": "Claire Morel",
    "practitioner": "Manon Roux", "technician": "Tom Girard",
}  # fmt: skip


@pytest.fixture
def story(app, database, cast):
    """A lot that touched somebody in every way."""
    return the_story(app, database, cast.other_site)


# Who reads what does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("who", LOOKERS)
def test_the_ten_figures_are_the_same_for_everybody(clients, story, who):
    page = answer(clients(who), story.lot)
    assert figures(page) == dict.fromkeys("BCDEFJ", "1") | {"A": "2", "G": "8", "H": "2", "I": "0.1 mL"}
    assert letters(page) == list("ABCDEFJGHI")


@pytest.mark.parametrize("who", NAMED)
def test_the_recall_officer_and_the_auditor_read_names_of_every_site(clients, story, who):
    page = answer(clients(who), story.lot)
    shown = {letter: {head.split("P-")[0].strip() for head in firsts(page, letter)} for letter in "ABCDEFJ"}
    expected = {letter: {f"{letter}nna Kovac"} for letter in "BCDEFJ"} | {"A": {"Anna Kovac", "Lnna Kovac"}}
    assert shown == expected


# Who reads what does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_pharmacist_reads_codes_and_no_name(clients, story):
    page = answer(clients("pharmacist"), story.lot)
    assert {head for letter in "ABCDEFJ" for head in firsts(page, letter)} == story.codes("ABCDEFJL")
    assert "Kovac" not in page.html


def test_a_practitioner_reads_the_names_of_their_own_patients_and_codes_of_others(clients, story):
    page = answer(clients("practitioner"), story.lot)
    assert set(firsts(page, "A")) == {f"Anna Kovac{story.patients['A'].code}", story.patients["L"].code}
    assert "Lnna" not in page.html


def test_a_practitioner_of_the_other_site_reads_theirs(clients, story):
    page = answer(clients("practitioner3"), story.lot)
    assert set(firsts(page, "A")) == {f"Lnna Kovac{story.patients['L'].code}", story.patients["A"].code}
    assert "Anna" not in page.html


# Who reads what does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_technician_reads_counts_alone(clients, story):
    page = answer(clients("technician"), story.lot)
    assert [words(bucket(page, letter)) for letter in "ABJ"] == [
        f"A Received it 2 patients. {NOBODY_MAY}",
        f"B Patch-tested with it 1 patient. {NOBODY_MAY}",
        f"J Cannot be excluded 1 patient. {NOBODY_MAY}",
    ]
    assert {head for letter in "CDEF" for head in firsts(page, letter)} == {"a patient"}
    assert [code for code in story.codes("ABCDEFJL") if f">{code}<" in page.html] == []
    assert "Kovac" not in page.html


def test_who_only_runs_the_clinic_looks_nothing_up(clients, story):
    for url in (url_of(story.lot), "/recalls/", f"/recalls/lots/{story.lot.id}/hold"):
        clients("admin").get_page(url, status=403)
    assert accesses() == []


@pytest.mark.parametrize(
    ("who", "shown"), [*((who, 8) for who in LOOKERS if who != "technician"), ("technician", 0)]
)
def test_each_lookup_is_noted_with_how_many_it_showed(clients, story, who, shown):
    client = clients(who)
    with writing_nothing("the answer"):
        answer(client, story.lot)
    assert accesses() == [("recalls.lookup", FULL[who], shown, NUMBER)]
    answer(client, story.lot)
    assert len(accesses()) == 2


def test_merged_records_are_one_patient_and_noted_as_one(clients):
    vial, kept = opened(a_lot(number="ONCE")), a_patient(name="Anna Kovac")
    twin = a_patient(name="Anna Kovacs")
    for patient in (kept, twin):
        a_session(patient, (vial, "0.5 mL"))
    with act():
        db.session.get_one(Patient, twin.id).merged_into_id = kept.id
    page = answer(clients("recall"), vial.lot)
    assert (figures(page)["A"], set(firsts(page, "A"))) == ("1", {f"Anna Kovac{kept.code}"})
    assert accesses() == [("recalls.lookup", "Rose Fournier", 1, "ONCE")]


def test_what_is_typed_stands_in_no_address_and_no_log(clients, story):
    client = clients("recall")
    sent = client.submit(client.get_ok("/recalls/"), {"q": "tx 2231"}, to="/recalls/")
    assert (sent.status_code, sent.location) == (303, url_of(story.lot))
    offered = client.submit(client.get_ok("/recalls/"), {"q": "Anna Kovac"}, to="/recalls/")
    assert "No such lot" in client.read(offered, "/recalls/", 200).title
    assert accesses() == []


@pytest.mark.parametrize(
    "query", ["", "?lot=", "?lot=x", "?lot=0", "?lot=01", "?lot=-1", "?lot=2147483648", "?lot=99999"]
)
def test_what_is_no_lot_is_no_page(clients, query):
    clients("recall").get_page(f"/recalls/answer{query}", status=404)
    assert accesses() == []


# Who reads what does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("path", ["/recalls/", "/recalls/answer?lot=1", "/recalls/lots/1/hold"])
def test_strangers_are_sent_to_the_door(client, app, path):
    a_lot()
    sent = client.get(path)
    assert (sent.status_code in MOVED, sent.location.split("?")[0]) == (True, "/accounts/sign-in")


def test_the_sheet_balances_on_the_page_and_says_so_where_it_does_not(clients):
    lot = a_lot(number="SHEET")
    moved(lot, "storage", "waste", "5 mL", reason="broken")
    page = answer(clients("technician"), lot)
    assert "Received, 3 containers 15 mL" in words(page)
    assert ("balances" in words(page), "does not balance" in words(page)) == (True, False)
    moved(lot, "storage", "lost_or_found", "0.25 mL", reason="lost")
    page = answer(clients("technician"), lot)
    assert "Unaccounted 0.25 mL" in words(page)
    assert "does not balance" in words(page)


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_lot_that_touched_nobody_says_so(clients):
    page = answer(clients("recall"), a_lot(number="CALM"))
    assert "No cocktail, no patch test and no reservation names this lot, and none leaves it open." in words(
        page
    )
    assert set(letters(page)) == {"G"}


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_grade_is_told_in_words(clients):
    vial = opened(a_lot(number="TYPED"))
    attempt = an_attempt(a_cocktail(a_patient(), "verified"))
    drawn(attempt, vial, "0.5 mL", grade="probable")
    given(attempt)
    [row] = rows(answer(clients("recall"), vial.lot), "A")
    assert "the lot was typed or follows from the record" in row
