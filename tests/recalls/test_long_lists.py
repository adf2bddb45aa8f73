"""Lists that leave as files are read a stretch at a time: what is held does not grow with them."""

from __future__ import annotations

import csv
import io

import pytest

from formulary import clock
from formulary.bench.timing import peak
from formulary.db import bulk, db, transaction
from formulary.recalls import actions
from formulary.recalls.models import RecallEvent, RecallListed
from formulary.recalls.queries import listing, whole
from formulary.stock.models import Movement
from formulary.web import sheets
from tests.recalls.casing import a_case
from tests.recalls.reading import NUMBER, the_story

SHORT, LONG = 200, 1_200


@pytest.fixture
def story(app, database, cast):
    """A lot that touched somebody in every way."""
    return the_story(app, database, cast.other_site)


def taken(client, url):
    """The file at an address, piece by piece and put aside: how many lines."""
    return sum(piece.count(b"\n") for piece in client.get(url).iter_encoded())


@pytest.mark.databases("sqlite")  # what Python holds is the same on both
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
