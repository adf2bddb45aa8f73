"""The pages of a case: who sees names, codes or counts on page, CSV and PDF; every view is noted."""

from __future__ import annotations

import re

import pypdfium2
import pytest

from formulary.audit.models import AccessEntry
from formulary.db import db
from formulary.preparations.models import Attempt
from formulary.recalls import actions
from formulary.recalls.models import RecallCase
from tests.recalls.casing import a_case, did, everyone_reached, now, standing
from tests.recalls.doing import given, moved
from tests.recalls.reading import NUMBER, the_story, words
from tests.support.builders import PASSWORD, a_lot
from tests.support.snapshots import reach
from tests.support.world import STAFF

CONTAINED = (actions.open_case, actions.contain)
CODE = re.compile(r"(?<![\w-])P-\d+(?![\w-])")
"""A patient's code, and no part of a form's token."""
NAMES = {"recall": True, "auditor": True, "pharmacist": False, "technician": False}
CODES = {"recall": True, "auditor": True, "pharmacist": True, "technician": False}


@pytest.fixture
def story(app, database, cast):
    """A lot that touched somebody in every way."""
    return the_story(app, database, cast.other_site)


@pytest.fixture
def case(app, database, cast):
    """A case of that lot, contained."""

    def make():
        the_story(app, database, cast.other_site)
        return {"case": a_case(NUMBER, *CONTAINED).id}

    ids = reach(app, database, "a contained case", make)
    return db.session.get_one(RecallCase, ids["case"])


def seen(client, case, form):
    """What a role reads of the list: the page, the file or the print as one text."""
    if form == "page":
        return client.get_ok(f"/recalls/cases/{case.id}/list").html
    answered = client.get(f"/recalls/cases/{case.id}/list.{form}")
    assert answered.status_code == 200
    if form == "csv":
        return answered.get_data(as_text=True)
    return printed(answered)


def printed(answered):
    """The words of an answered PDF."""
    return words_of(answered.data)


def words_of(pdf):
    """The words of a PDF with ordinary spaces."""
    sheets = pypdfium2.PdfDocument(pdf)
    return "\n".join(sheet.get_textpage().get_text_range() for sheet in sheets).replace(
        "\N{NO-BREAK SPACE}", " "
    )


# Who reads what does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("form", ["page", "csv", "pdf"])
@pytest.mark.parametrize("who", NAMES)
def test_each_role_sees_as_much_of_the_list_as_it_may(clients, case, who, form):
    text = seen(clients(who), case, form)
    assert ("Anna Kovac" in text, bool(CODE.search(text))) == (NAMES[who], CODES[who])
    assert f"Recall {case.code}, confidential. Copy of {STAFF[who][0]}" in text


def test_the_report_names_as_much_as_the_list_and_says_that_the_case_goes_on(clients, case):
    for who in ("recall", "technician"):
        text = printed(clients(who).get(f"/recalls/cases/{case.id}/report.pdf"))
        assert ("Anna Kovac" in text, bool(CODE.search(text))) == (NAMES[who], CODES[who])
        assert (f"Interim report, not closed: recall {case.code}" in text, "Hold H-1" in text) == (True, True)
    rows = db.session.scalars(db.select(AccessEntry).order_by(AccessEntry.id.desc()).limit(2))
    assert [(row.detail, row.patients) for row in rows] == [(f"{case.code}, report", n) for n in (0, 4)]


def test_no_report_before_a_list_and_none_of_a_drill(clients):
    a_lot(number="NEW1")
    for told in (a_case("NEW1"), a_case("NEW1", *CONTAINED, told={"is_drill": True})):
        assert clients("recall").get(f"/recalls/cases/{told.id}/report.pdf").status_code == 404


def test_a_practitioner_reads_the_names_of_their_own_patients_alone(clients, case):
    text = seen(clients("practitioner"), case, "csv")
    assert ("Anna Kovac" in text, "Lnna Kovac" in text) == (True, False)


def test_who_only_runs_the_clinic_sees_no_case(clients, case):
    for end in ("", "/list", "/list.csv", "/list.pdf", "/contacts", "/views"):
        assert clients("admin").get(f"/recalls/cases/{case.id}{end}").status_code == 403


def test_every_view_is_noted_with_how_many_it_showed(clients, case):
    before = db.session.scalar(db.select(db.func.count(AccessEntry.id)))
    for form in ("page", "csv", "pdf"):
        seen(clients("recall"), case, form)
    seen(clients("technician"), case, "csv")
    clients("pharmacist").get_ok(f"/recalls/cases/{case.id}/contacts")
    rows = db.session.scalars(db.select(AccessEntry).order_by(AccessEntry.id).offset(before))
    assert [(row.person_name, row.detail, row.patients) for row in rows] == [
        ("Rose Fournier", f"{case.code}, list", 4),
        ("Rose Fournier", f"{case.code}, CSV", 4),
        ("Rose Fournier", f"{case.code}, PDF", 4),
        ("Tom Girard", f"{case.code}, CSV", 0),
        ("Claire Morel", f"{case.code}, contacts", 4),
    ]
    page = clients("auditor").get_ok(f"/recalls/cases/{case.id}/views")
    assert "Tom Girard" in words(page)


def test_from_the_answer_to_a_contained_case_in_one_form(clients, story):
    client = clients("recall")
    link = client.get_ok(f"/recalls/answer?lot={story.lot.id}").links["Open a recall"]
    told = {"source_kind": "maker", "source": "Notice 7", "at_once": "y"}
    page = client.post_ok("/recalls/cases/new", told, at=link)
    assert "contained" in words(page)
    assert standing() == ["recall R-1"]
    assert "Recall R-1" in client.get_ok(f"/recalls/answer?lot={story.lot.id}").links


def test_a_lot_that_is_not_known_can_be_recorded_all_the_same(clients):
    client = clients("recall")
    sent = client.submit(client.get_ok("/recalls/"), {"q": "NOWHERE"}, to="/recalls/")
    link = client.read(sent, "/recalls/", 200).links["Record the recall all the same"]
    page = client.post_ok(link, {"title": "Letter of the maker", "number": "NOWHERE", "source_kind": "maker"})
    assert "No lot of ours is in it. The notice is on record." in words(page)


def test_steps_are_taken_by_their_pages_and_refused_with_words(clients, case):
    client = clients("recall")
    page = client.post_refused(f"/recalls/cases/{case.id}/notify")
    assert page.errors == [
        "0 of the 4 patients that its level asks for are answered for. Go on with the contacts."
    ]
    links = client.get_ok(f"/recalls/cases/{case.id}/contacts").links
    to = next(url for text, url in links.items() if text.startswith("Write down"))
    client.post_ok(to, {"channel": "telephone", "outcome": "reached", "note": "is well"})
    everyone_reached(case)
    page = client.post_refused(f"/recalls/cases/{case.id}/notify")
    assert "is being given, and its patient is not on the list yet." in page.errors[0]
    given(db.session.scalars(db.select(Attempt).filter_by(state="administering")).one())
    did(actions.add_differences, case.id)
    everyone_reached(case)
    client.post_ok(f"/recalls/cases/{case.id}/notify")
    assert now(case).state == "notified"
    page = clients("auditor").get_ok(f"/recalls/cases/{case.id}")
    assert [text for text in page.links if text in ("Reconcile", "Release its holds")] == []


def test_a_difference_is_signed_for_with_a_password(clients):
    lot = a_lot(number="GONE")
    moved(lot, "storage", "lost_or_found", "0.25 mL", reason="lost")
    gone, client = a_case("GONE", *CONTAINED), clients("recall")
    url = f"/recalls/cases/{gone.id}/explain/{lot.id}"
    told = {"reason": "a fridge was moved"}
    assert "do not belong together" in client.post_refused(url, told | {"secret": "wrong"}).errors[0]
    assert "explained and signed" in words(client.post_ok(url, told | {"secret": PASSWORD}))


def test_a_lot_that_looks_alike_is_decided_on_its_page(clients):
    lot = a_lot(number="L0")
    a_lot(lot.product, number="LO")
    client, case = clients("recall"), a_case("L0")
    url = client.get_ok(f"/recalls/cases/{case.id}").links["Decide lot LO"]
    page = client.post_ok(url, {"decision": "out", "reason": "another maker"})
    assert "not meant" in words(page)
    page = client.post_ok(f"/recalls/cases/{case.id}/scope", {"number": "L-O"})
    assert "another maker" in words(page)


def test_letters_and_call_sheets_hold_name_date_dose_and_lot_for_whoever_waits(clients, case):
    client = clients("recall")
    for what in ("letters", "calls"):
        text = printed(client.get(f"/recalls/cases/{case.id}/{what}.pdf"))
        assert ("Anna Kovac" in text, f"{NUMBER}" in text, "0.45 mL" in text) == (True, True, True)
        assert f"Recall {case.code}, confidential. Copy of Rose Fournier" in text
    client.post_ok(f"/recalls/cases/{case.id}/letters", {"next_on": "2026-12-01"})
    page = client.get_ok(f"/recalls/cases/{case.id}/contacts")
    assert (words(page).count("1 attempt"), words(page).count("1 Dec 2026")) == (4, 4)
    assert clients("pharmacist").get(f"/recalls/cases/{case.id}/letters.pdf").status_code == 403
