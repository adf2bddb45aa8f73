"""`formulary recall LOT`: the same answer for people and for programs, by who asks, on both databases."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from formulary import clock
from formulary.db import db
from tests.recalls.calling import recall, story, told
from tests.recalls.doing import a_cocktail, a_session, an_attempt, drawn, moved, opened, reconstituted
from tests.stock.doing import held
from tests.support.builders import a_lot, a_patient, a_powder, a_product, a_test, gtin_of
from tests.support.terminal import formulary

__all__ = ["recall", "story", "told"]

NAMES = {"received", "found", "on_hand", "in_preparation", "prepared", "administered", "tested", "wasted",
         "returned", "destroyed", "unaccounted", "unit"}  # fmt: skip
PEOPLE = {"patients", "patch_tested", "under_way", "promised", "not_excluded"}
KEYS = {"asked", "as_of", "lots", "on_hand", "lost", "buckets", "completeness", "similar"} | PEOPLE


def a_whole_balance():
    """A lot of 50 mL that went every way; the patients who received and tested it."""
    lot = a_lot(a_product(name="Skinvive"), number="TX-2231", containers=10)
    vial, received, tested = opened(lot), a_patient(name="Anna Kovac"), a_patient(name="Bela Kovac")
    at = clock.now() - timedelta(hours=1)
    a_session(received, (vial, "0.5 mL"), at=at)
    test = a_test(tested, lot)
    drawn(an_attempt(a_cocktail(received, "verified")), vial, "0.2 mL")
    drawn(an_attempt(a_cocktail(received, "released"), "released"), vial, "0.3 mL")
    moved(lot, "storage", "returned", "5 mL", reason="returned")
    moved(lot, "storage", "destroyed", "10 mL", reason="destroyed")
    moved(lot, "lost_or_found", "storage", "1.25 mL", reason="shortfall")
    return lot, received, tested, test


def test_the_answer_for_programs_is_whole_and_its_quantities_are_decimal_strings(told):
    _, received, tested, test = a_whole_balance()
    answer = told("tx 2231", "recall")
    assert set(answer) == KEYS
    assert (answer["asked"], answer["as_of"]) == ("tx 2231", "2026-11-24T12:00:00+00:00")
    assert answer["lots"] == [
        {
            "lot": "TX-2231",
            "earlier_numbers": [],
            "product": "Skinvive",
            "maker": "Maker",
            "expiry": "2027-11-30",
            "held": [],
            "balance": {
                "received": "50",
                "found": "1.25",
                "on_hand": "35.2",
                "in_preparation": "0.2",
                "prepared": "0.3",
                "administered": "0.45",
                "tested": "0.05",
                "wasted": "0.05",
                "returned": "5",
                "destroyed": "10",
                "unaccounted": "0",
                "unit": "mL",
            },
        }
    ]
    measured = {"lot": "TX-2231", "unit": "mL"}
    given = {"patient": received.code, "cocktail": "C-0001", "at": "2026-11-24T11:00:00+00:00"}
    assert answer["patients"] == [
        given | measured | {"quantity": "0.45", "grade": "confirmed", "recorded": None}
    ]
    drop = {"patient": tested.code, "test": test.code, "at": "2026-11-24T12:00:00+00:00", "quantity": "0.05"}
    assert answer["patch_tested"] == [drop | measured]
    assert answer["buckets"] == {
        "A": 1, "B": 1, "C": 0, "D": 1, "E": 1, "F": 0, "G": 2, "H": 2, "I": 2, "J": 0,
    }  # fmt: skip
    assert answer["completeness"] == {"named": 2, "of": 2}


def test_what_is_on_hand_is_told_by_place_and_vial_and_sums_to_the_balance(told):
    lot, *_ = a_whole_balance()
    answer = told(lot.number, "pharmacist")
    assert {frozenset(row) for row in answer["on_hand"]} == {
        frozenset({"lot", "place", "vial", "quantity", "unit"})
    }
    assert {(row["place"], row["vial"]) for row in answer["on_hand"]} == {
        ("Les Tilleuls, Paris, Shelf", None),
        ("Les Tilleuls, Paris, In use", "V-0001"),
        ("Les Tilleuls, Paris, In use", "V-0002"),
    }
    assert total(row["quantity"] for row in answer["on_hand"]) == 35_200_000


def total(amounts):
    """Decimal strings in mL as whole nanolitres, with no float between."""
    parts = [text.partition(".") for text in amounts]
    return sum(int(whole) * 1_000_000 + int(rest.ljust(6, "0")) for whole, _, rest in parts)


def test_the_balance_of_every_story_sums_to_the_last_step(told, story):
    [lot] = told(story.lot.number, "auditor")["lots"]
    sheet = {name: total([amount]) for name, amount in lot["balance"].items() if name != "unit"}
    assert set(lot["balance"]) == NAMES
    came = sheet.pop("received") + sheet.pop("found")
    assert sum(sheet.values()) == came


def test_what_nobody_can_account_for_is_told_to_the_last_step(told, recall):
    lot = a_lot(number="LOST")
    moved(lot, "storage", "lost_or_found", "0.000001 mL", reason="lost")
    [row] = told("LOST", "recall")["lots"]
    assert (row["balance"]["on_hand"], row["balance"]["unaccounted"]) == ("14.999999", "0.000001")
    assert "It does not balance." in recall("LOST", "--as", "recall").stdout


def test_a_powder_is_told_in_mass_and_its_water_in_volume(told):
    powder, water = a_lot(a_powder(), number="PDR"), a_lot(a_product(content="10 mL"), number="WTR")
    vial = reconstituted(opened(powder), water)
    a_session(a_patient(), (vial, "1 mL"))
    [first], [second] = (told(number, "recall")["lots"] for number in ("PDR", "WTR"))
    assert (first["balance"]["received"], first["balance"]["unit"]) == ("1800", "mg")
    assert (second["balance"]["received"], second["balance"]["unit"]) == ("30", "mL")
    assert [row["quantity"] for row in told("WTR", "recall")["patients"]] == ["0.9"]


def test_lots_made_from_it_are_told_with_it_and_a_hold_by_its_source(told):
    lot = a_lot(number="MAKER")
    a_lot(number="REPACKED", made_from_id=lot.id)
    held("lot", lot.id, source="recall R-7")
    lots = told("MAKER", "recall")["lots"]
    assert [row["lot"] for row in lots] == ["MAKER", "REPACKED"]
    assert lots[0]["held"] == ["recall R-7"]


# Who reads what does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("lot", ["NOPE-1", "V-9999", "C-9999", "", "%", "😀"])
def test_a_lot_that_nobody_knows_is_an_empty_answer_and_exit_1(told, lot):
    a_lot(number="TX-2231")
    answer = told(lot, "recall", status=1)
    assert set(answer) == KEYS
    assert (answer["lots"], answer["patients"], answer["on_hand"]) == ([], [], [])
    assert set(answer["buckets"].values()) == {0}


def test_what_looks_alike_is_offered_and_never_taken(told, recall):
    a_lot(number="L0I1O")
    answer = told("1O110", "recall", status=1)
    assert (answer["lots"], answer["similar"]) == ([], [{"lot": "L0I1O", "earlier_numbers": []}])
    said = recall("1O110", "--as", "recall", status=1).stdout
    assert said == "No lot 1O110 was ever received. What may be meant: L0I1O.\n"


def test_a_scan_and_the_code_of_a_vial_are_taken_too(told):
    product = a_product()
    lot = a_lot(product, number="PACK1")
    vial = opened(lot)
    for typed in (f"(01){gtin_of(product)}(17)271130(10)PACK1", vial.code.lower(), " pack1 "):
        assert [row["lot"] for row in told(typed, "technician")["lots"]] == ["PACK1"]


def test_a_scan_that_cannot_be_read_is_said_in_words_and_nothing_is_told(recall):
    result = recall("(01)09520000000500(10)TX", "--as", "recall", "--json", status=1)
    assert result.stdout == ""
    assert "should end in 9 and ends in 0" in result.stderr


def test_for_people_the_answer_reads_as_lines(recall):
    _, received, _, test = a_whole_balance()
    lines = [
        " ".join(line.split()) for line in recall("TX-2231", "--as", "recall", "--names").stdout.splitlines()
    ]
    for line in (
        "Lot TX-2231, Skinvive, expires 2027-11-30",
        "Received 50 mL",
        "On hand, sealed and open 35.2 mL",
        "It balances.",
        "A 1 patient received it",
        "2 of 2 uses name their lot; as of 2026-11-24 12:00 UTC",
        f"2026-11-24 11:00 {received.code} Anna Kovac C-0001 lot TX-2231 0.45 mL",
        "Les Tilleuls, Paris, Shelf: 26.25 mL of lot TX-2231",
    ):
        assert line in lines, lines
    assert any(test.code in line for line in lines)


def test_as_a_process_of_its_own_it_says_the_same_and_exits_the_same(app, database):
    a_lot(number="TX-2231")
    db.session.rollback()
    code, said = formulary(database.url, "recall", "TX-2231", "--as", "recall", "--json")
    assert (code, [lot["lot"] for lot in json.loads(said)["lots"]]) == (0, ["TX-2231"])
    code, said = formulary(database.url, "recall", "NOPE", "--as", "recall", "--json")
    assert (code, json.loads(said)["lots"]) == (1, [])
