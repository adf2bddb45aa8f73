"""The whole history of a lot leaves as CSV and JSON: every row of its ledger, names by role."""

from __future__ import annotations

import csv
import io
import json

import pytest

from formulary.db import db
from formulary.recalls import actions
from formulary.rules.lot_status import NOT_ON_RECORD
from formulary.stock.models import Lot, Movement
from tests.recalls.casing import a_case
from tests.recalls.doing import a_session, opened
from tests.recalls.reading import NUMBER, accesses, the_story
from tests.support.builders import a_lot, a_patient, a_product, act, steps


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


# What is told of a day does not depend on the database.
@pytest.mark.databases("sqlite")
def test_an_expiry_that_is_not_on_record_leaves_as_none(clients):
    lot = a_lot(number="UNTOLD", expires_on=NOT_ON_RECORD)
    told = json.loads(clients("recall").get(f"/recalls/lots/{lot.id}/history.json").data)
    assert (told["lot"], told["expiry"]) == ("UNTOLD", None)


# How a mass is worked out does not depend on the database.
@pytest.mark.databases("sqlite")
def test_the_mass_beside_a_volume_is_by_the_assay_of_the_lot_where_it_has_one(clients):
    product = a_product(strength="100 mg/1 mL", content="5 mL")
    for number in ("LABELLED", "ASSAYED"):
        lot = a_lot(product, number=number)
        if number == "ASSAYED":
            with act():
                row = db.session.get_one(Lot, lot.id)
                row.assay_amount, row.assay_volume = steps("90 mg"), steps("1 mL")
        a_session(a_patient(), (opened(lot), "2 mL"), share="1")
    case = a_case("", actions.open_case, product_id=product.id)
    text = clients("recall").get(f"/recalls/cases/{case.id}/list.csv").get_data(as_text=True)
    cells = [line.split(",") for line in text.splitlines()[2:-1]]
    assert sorted(tuple(row[4:5] + row[8:11]) for row in cells) == [
        ("ASSAYED", "180", "mg", "by assay"), ("LABELLED", "200", "mg", "by label"),
    ]  # fmt: skip
