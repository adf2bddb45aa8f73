"""Lists that leave as files are read a stretch at a time: what is held does not grow with them."""

from __future__ import annotations

import csv
import io

import pytest

from formulary import clock
from formulary.bench.timing import peak
from formulary.db import bulk, db, transaction
from formulary.recalls import actions, queries
from formulary.recalls.models import RecallEvent, RecallListed
from formulary.recalls.queries import listing, whole
from formulary.stock.models import Movement
from formulary.web import sheets
from tests.recalls.casing import a_case
from tests.recalls.reading import NUMBER, the_story
from tests.recalls.test_case_pages import printed

SHORT, LONG = 200, 1_200


@pytest.fixture
def story(app, database, cast):
    """A lot that touched somebody in every way."""
    return the_story(app, database, cast.other_site)


def taken(client, url):
    """The file at an address, piece by piece and put aside: how many lines."""
    return sum(piece.count(b"\n") for piece in client.get(url).iter_encoded())


def test_a_list_of_any_length_leaves_in_bounded_memory(monkeypatch, clients, story):
    monkeypatch.setattr(listing, "AT_ONCE", 100)
    monkeypatch.setattr(sheets, "CHUNK", 4096)
    client, case = clients("recall"), a_case(NUMBER, actions.open_case)
    url, held, lines = f"/recalls/cases/{case.id}/list.csv", [], []
    for rows in (SHORT, LONG):
        lengthen(case, story, rows)
        lines.append(taken(client, url))
        held.append(peak(lambda: taken(client, url)))
    assert lines[1] - lines[0] == LONG
    assert held[1] < held[0] * 3 / 2, held


@pytest.mark.databases("sqlite")  # what a print says does not depend on the database
def test_a_long_list_is_printed_in_parts_and_a_report_says_how_much_of_it_stands_there(
    monkeypatch, clients, story
):
    monkeypatch.setattr(listing, "PRINTED", 2)
    client, case = clients("recall"), a_case(NUMBER, actions.open_case)
    rows, url = len(queries.every_listed(case.id)), f"/recalls/cases/{case.id}"
    parts = -(-rows // 2)
    assert f"PDF in {parts} parts" in " ".join(client.get_ok(f"{url}/list").text.split())
    last = " ".join(printed(client.get(f"{url}/list.pdf?part={parts}")).split())
    assert f"Part {parts} of {parts}: from row {2 * parts - 1} of {rows} rows." in last
    assert [client.get(f"{url}/list.pdf?part={part}").status_code for part in (parts + 1, "x")] == [404, 404]
    report = " ".join(printed(client.get(f"{url}/report.pdf")).split())
    assert f"These are the first 2 of {rows} rows." in report


def lengthen(case, story, rows):
    """More rows on the list of a case, past its acts."""
    event = db.session.scalars(db.select(RecallEvent).filter_by(case_id=case.id)).first()
    same = {"case_id": case.id, "event_id": event.id, "use": "given", "patient_id": story.patients["A"].id}
    told = {"lot_id": story.lot.id, "at": clock.now(), "quantity": 1, "grade": "confirmed", "is_added": True}
    with transaction() as session:
        session.info["audited"] = True
        first = bulk.first_keys([RecallListed])[RecallListed]
        made = (
            {"id": key, "key": f"long:{key}", "ref": "C-1", **same, **told}
            for key in range(first, first + rows)
        )
        bulk.load(RecallListed, made)


def test_a_history_in_stretches_holds_every_row_once_and_in_order(monkeypatch, clients, story):
    client, url = clients("recall"), f"/recalls/lots/{story.lot.id}/history"
    whole_at_once = [client.get(f"{url}.{kind}").data for kind in ("csv", "json")]
    monkeypatch.setattr(whole, "AT_ONCE", 2)
    assert [client.get(f"{url}.{kind}").data for kind in ("csv", "json")] == whole_at_once
    rows = csv.DictReader(io.StringIO(whole_at_once[0].decode("utf-8-sig")))
    ledger = db.session.scalars(db.select(Movement.id).filter_by(lot_id=story.lot.id).order_by(Movement.id))
    assert [int(row["movement"]) for row in rows] == list(ledger)
