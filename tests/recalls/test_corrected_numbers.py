"""A lot whose number was corrected: the look-up, notices and cases know it by either number."""

from __future__ import annotations

import csv
import io
import json

import pytest

from formulary import clock
from formulary.db import transaction
from formulary.recalls import actions, queries
from formulary.stock import actions as stock
from formulary.stock import queries as shelf
from tests.recalls.calling import recall, told
from tests.recalls.casing import a_case, did, lots_of, standing
from tests.recalls.doing import looked_up, opened
from tests.recalls.reading import answer, words
from tests.support.builders import a_lot

__all__ = ["recall", "told"]

TYPED, PRINTED = "L2231", "L223I"


def corrected(cast, lot, number=PRINTED):
    """Two pharmacists read the pack."""
    told = {"second": cast.actor("pharmacist2"), "at": clock.now(), "by": cast.actor("pharmacist")}
    with transaction():
        return stock.correct_number(shelf.lot(lot.id), number=number, reason="the pack", **told)


def test_the_look_up_finds_it_by_either_number(cast):
    lot = a_lot(number=TYPED)
    corrected(cast, lot)
    found = [[one.id for one in looked_up(number, cast=cast).found.exact] for number in (TYPED, PRINTED)]
    assert found == [[lot.id], [lot.id]]


def test_a_case_of_the_old_number_keeps_it_and_one_of_the_new_takes_it_in_and_stops_it(cast):
    lot = a_lot(number=TYPED)
    old, new = a_case(TYPED, actions.open_case, actions.contain), a_case("NEW-77")
    assert (lots_of(new), standing()) == ({}, [f"recall {old.code}"])
    corrected(cast, lot, "NEW-77")
    assert lots_of(old) == lots_of(new) == lots_of(a_case(TYPED)) == {"NEW-77": ("exact", "in")}
    assert standing() == [f"recall {old.code}", f"recall {new.code}"]
    assert [one.code for one in queries.came_in()] == [new.code]


@pytest.mark.parametrize("number", [TYPED, "NEW-77"])
def test_a_notice_of_either_number_proposes_it(cast, number):
    corrected(cast, lot := a_lot(number=TYPED), "NEW-77")
    report = {"recall_number": "D-0001-2026", "code_info": f"Lot {number}, exp 6/2027"}
    did(actions.import_notices, json.dumps({"results": [report]}).encode())
    [notice] = queries.notices_about(lot.id)
    assert [one.lot_id for one in queries.notice(notice.id).proposed] == [lot.id]


# What a file holds does not depend on the database.
@pytest.mark.databases("sqlite")
def test_the_history_for_an_inspector_tells_the_number_it_had(cast, clients):
    corrected(cast, lot := a_lot(number=TYPED))
    client, url = clients("auditor"), f"/recalls/lots/{lot.id}/history"
    told = client.get(f"{url}.json").get_json()
    [one] = told["earlier_numbers"]
    assert (told["lot"], one["number"], one["corrected_to"]) == (PRINTED, TYPED, PRINTED)
    corrected(cast, lot, "NEW-77")
    text = client.get(f"{url}.csv").get_data(as_text=True).removeprefix("\ufeff")
    rows = [(row["lot"], row["earlier_numbers"]) for row in csv.DictReader(io.StringIO(text))]
    assert rows == [("NEW-77", f"{TYPED}, {PRINTED}")] * len(told["movements"])


# What an answer says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_the_answer_says_the_earlier_number_on_the_page_and_on_the_terminal(cast, clients, recall, told):
    corrected(cast, lot := a_lot(number=TYPED))
    assert f", earlier number {TYPED}" in words(answer(clients("recall"), lot))
    text = recall(TYPED, "--as", "recall").stdout
    assert text.splitlines()[0].endswith(f", earlier number {TYPED}"), text
    [one] = told(TYPED, "recall")["lots"]
    assert (one["lot"], one["earlier_numbers"]) == (PRINTED, [TYPED])
    corrected(cast, lot, "NEW-77")
    assert f", earlier numbers {TYPED}, {PRINTED}" in words(answer(clients("recall"), lot))


# What is offered does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_number_that_looks_alike_only_by_what_it_was_is_offered_with_that_number(cast, clients):
    client, lot = clients("recall"), a_lot(number=TYPED)
    corrected(cast, lot, "NEW-77")
    alike, said = a_lot(number=PRINTED), f"earlier number {TYPED}"
    page = answer(client, alike)
    [near] = [section for section in page.all("section") if section.get("aria-labelledby") == "near"]
    assert ("NEW-77" in words(near), words(near).count("earlier number")) == (True, 1)
    sent = client.submit(client.get_ok("/recalls/"), {"q": "L223l"}, to="/recalls/")
    offered = words(client.read(sent, "/recalls/", 200))
    assert ("NEW-77" in offered, PRINTED in offered, offered.count(said)) == (True, True, 1)


# What an answer says does not depend on the database.
@pytest.mark.databases("sqlite")
def test_the_terminal_offers_it_with_the_number_that_made_it_look_alike(cast, recall, told):
    corrected(cast, a_lot(number=TYPED), "NEW-77")
    text = recall("L223l", "--as", "recall", status=1).stdout
    assert text == f"No lot L223l was ever received. What may be meant: NEW-77, earlier number {TYPED}.\n"
    offered = told("L223l", "recall", status=1)["similar"]
    assert offered == [{"lot": "NEW-77", "earlier_numbers": [TYPED]}]


def test_every_part_of_an_answer_tells_the_earlier_numbers_however_it_was_asked(cast, told):
    maker = a_lot(number="MAKER")
    made = a_lot(number=TYPED, made_from_id=maker.id)
    corrected(cast, made, "REPACKED")
    vial, had = opened(made), {"MAKER": (), "REPACKED": (TYPED,)}
    for found in (queries.find_lots("MAKER"), queries.lots_found([maker.id])):
        assert {lot.number: lot.earlier for lot in found.lots} == had
    assert [lot.earlier for lot in queries.find_lots(vial.code, own=vial.code).exact] == [(TYPED,)]
    assert [lot["earlier_numbers"] for lot in told("MAKER", "recall")["lots"]] == [[], [TYPED]]
