"""The whole history of a lot leaves as CSV and JSON: every row of its ledger, names by role."""

from __future__ import annotations

import csv
import io
import json

import pytest

from formulary.db import db
from formulary.stock.models import Movement
from tests.recalls.reading import NUMBER, accesses, the_story


@pytest.fixture
def story(app, database, cast):
    """A lot that touched somebody in every way."""
    return the_story(app, database, cast.other_site)


@pytest.mark.parametrize(("who", "names", "codes"), [("recall", True, True), ("technician", False, False)])
def test_every_movement_leaves_with_it_and_names_go_by_role(clients, story, who, names, codes):
    client, url = clients(who), f"/recalls/lots/{story.lot.id}/history"
    text = client.get(f"{url}.csv").get_data(as_text=True)
    told = json.loads(client.get(f"{url}.json").data)
    ledger = [
        (str(row.id), row.hash)
        for row in db.session.scalars(
            db.select(Movement).filter_by(lot_id=story.lot.id).order_by(Movement.id)
        )
    ]
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [(row["movement"], row["hash"]) for row in rows] == ledger
    assert [(str(row["movement"]), row["hash"]) for row in told["movements"]] == ledger
    assert [("Anna Kovac" in one, story.patients["A"].code in one) for one in (text, json.dumps(told))] == [
        (names, codes)
    ] * 2
    assert [(what, detail) for what, _, _, detail in accesses()] == [("recalls.history", NUMBER)] * 2
