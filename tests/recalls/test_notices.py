"""Notices from outside: our lots found in their words, read again without harm, decided by a person."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from formulary import clock
from formulary.cli import main
from formulary.db import db, transaction
from formulary.recalls import actions, queries
from formulary.recalls.actions import Imported
from formulary.recalls.models import RecallCase, RecallNotice
from formulary.rules.findings import Refused
from formulary.web.paging import Window
from tests.cli.conftest import made_apps
from tests.recalls.calling import recall
from tests.recalls.casing import a_case, did, lots_of, officer
from tests.recalls.reading import words
from tests.support.builders import a_lot
from tests.support.counting import counting_queries

__all__ = ["made_apps", "recall"]
FILE = Path(__file__).with_name("enforcement.json")
REPORTS = json.loads(FILE.read_text())


def brought(reports=REPORTS):
    """Bring reports in."""
    with transaction():
        return actions.import_notices(json.dumps(reports).encode(), at=clock.now(), by=officer())


def on_record():
    """The notices by number: which of our lots each proposes, its flags, and whether it is open."""
    rows = queries.notices(Window())[1]
    return {one.row.number: ([lot.number for lot in one.proposed], one.flags, one.is_open) for one in rows}


def test_the_lots_that_we_hold_are_proposed_from_each_notice(app):
    for number in ("1810150050", "GSH-0600", "24A17", "OTHER1"):
        a_lot(number=number)
    assert brought() == Imported(5, 0, 0)
    assert on_record() == {
        "D-9001-2026": (["1810150050", "GSH-0600"], (), True),
        "D-9002-2026": (["24A17"], ("range",), True),
        "D-9003-2026": ([], ("all",), True),
        "Z-9004-2026": ([], ("range",), True),
        "D-9005-2026": ([], (), True),
    }


def test_the_same_file_again_changes_nothing_and_a_changed_report_says_what_changed(app):
    brought()
    assert brought() == Imported(0, 0, 5)
    first = {**REPORTS["results"][0], "status": "Terminated", "termination_date": "20260601"}
    assert brought([first]) == Imported(0, 1, 0)
    row = db.session.scalars(db.select(RecallNotice).filter_by(number="D-9001-2026")).one()
    assert [(one.version, one.changed) for one in queries.versions(row.id)] == [
        (2, ["status", "termination_date"]),
        (1, []),
    ]


# What cannot be read is refused before any table is asked.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"not json", "notice.no_json"),
        (b"\xff\xfe", "notice.no_json"),
        (b"[" * 100_000, "notice.no_json"),
        (b"[]", "notice.empty"),
        (b'{"results": []}', "notice.empty"),
        (b'{"results": [{"event_id": "1"}]}', "notice.no_report"),
        (b'[{"recall_number": "D-1"}, 7]', "notice.no_report"),
        (b'[{"recall_number": "D-1", "code_info": {"a": 1}}]', "notice.no_report"),
    ],
)
def test_what_is_no_notice_is_refused_whole(app, raw, code):
    with pytest.raises(Refused, match=code.replace(".", r"\.")), transaction():
        actions.import_notices(raw, at=clock.now(), by=officer())
    assert on_record() == {}


def test_a_person_makes_a_case_of_what_they_chose_and_a_change_asks_again(app):
    meant, other = a_lot(number="1810150050"), a_lot(number="GSH-0600")
    brought()
    row = db.session.scalars(db.select(RecallNotice).filter_by(number="D-9001-2026")).one()
    told = {"decision": "case", "reason": "compared with the packs"}
    with pytest.raises(Refused, match=r"notice\.no_lot"):
        did(actions.decide_notice, row.id, **told)
    did(actions.decide_notice, row.id, chosen=[meant.id], **told)
    case = db.session.scalars(db.select(RecallCase)).one()
    assert (case.recall_class, case.source, lots_of(case)) == (
        "II", "openFDA D-9001-2026", {"1810150050": ("exact", "in")}
    )  # fmt: skip
    with pytest.raises(Refused, match=r"notice\.decided"):
        did(actions.decide_notice, row.id, chosen=[other.id], **told)
    brought([{**REPORTS["results"][0], "status": "Completed"}])
    assert on_record()["D-9001-2026"][2] is True


# What a page says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_case_leads_to_the_notice_that_it_was_made_of_and_back(clients):
    meant, client = a_lot(number="1810150050"), clients("recall")
    brought()
    row = db.session.scalars(db.select(RecallNotice).filter_by(number="D-9001-2026")).one()
    did(actions.decide_notice, row.id, decision="case", reason="compared", chosen=[meant.id])
    case, other = db.session.scalars(db.select(RecallCase)).one(), a_case("NEVER-1")
    there, back = f"/recalls/cases/{case.id}", f"/recalls/notices/{row.id}"

    def links(url):
        return {link.get("href") for link in client.get_ok(url).all("a")}

    assert (there in links(back), back in links(there)) == (True, True)
    assert back not in links(f"/recalls/cases/{other.id}")
    assert f"Recall {case.code} was made of it" in words(client.get_ok(back))


def test_a_notice_that_was_none_of_ours_asks_again_when_a_lot_that_it_names_comes(app):
    a_lot(number="181015OO50")
    brought()
    row = db.session.scalars(db.select(RecallNotice).filter_by(number="D-9001-2026")).one()
    did(actions.decide_notice, row.id, decision="not_ours", reason="another number")
    a_lot(number="OTHER1")
    assert queries.notice(row.id).is_open is False
    came = a_lot(number="1810150050")
    db.session.expire_all()
    assert [(one.lot_id, one.how) for one in queries.notice(row.id).came] == [(came.id, "exact")]
    assert queries.notice(row.id).is_open is True
    did(actions.decide_notice, row.id, decision="case", reason="just came", chosen=[came.id])
    db.session.expire_all()
    assert queries.notice(row.id).is_open is False


def test_a_page_of_notices_costs_no_more_queries_than_one_notice(app):
    a_lot(number="1810150050")
    brought(REPORTS["results"][:1])
    counts = []
    for _ in range(2):
        db.session.expire_all()
        with counting_queries() as sent:
            queries.notices(Window())
        counts.append(len(sent))
        brought()
    assert counts[0] == counts[1] <= 6


def test_notices_are_pasted_read_and_decided_on_their_pages(clients):
    a_lot(number="1810150050")
    client = clients("recall")
    page = client.post_ok("/recalls/notices/import", {"text": FILE.read_text()})
    assert "5 new, 0 changed, 0 on record already." in words(page)
    page = client.get_ok(page.links["D-9003-2026"])
    assert "It speaks of all lots: read it." in words(page)
    page = client.post_ok(page.url, {"decision": "not_ours", "reason": "we hold none of it"})
    assert "none of ours" in words(page)
    assert clients("technician").get_ok(page.url).all("form", enctype="multipart/form-data") == []
    assert client.post_refused("/recalls/notices/import", {"text": "{"}).errors == [
        "This is not JSON. Bring the answer of openFDA as it came."
    ]


def test_notices_come_in_on_the_terminal(recall):
    a_lot(number="1810150050")
    said = CliRunner().invoke(main, ["notices", "import", str(FILE), "--as", "recall"])
    assert said.output.splitlines()[:1] == ["5 new, 0 changed, 0 on record already."]
    assert "  D-9001-2026: our lots 1810150050 (exact)" in said.output.splitlines()
    assert CliRunner().invoke(main, ["notices", "import", str(FILE), "--as", "technician"]).exit_code == 1
