"""The proof of whom a lot reached: an untouched clinic is in order, and every altered copy is named."""

import pytest

from formulary.administrations.queries import proof
from formulary.audit.queries import chain_faults
from formulary.db import db
from formulary.patch_tests.models import PatchTestItem
from formulary.preparations.models import Draw
from formulary.stock.queries.proof import ledger_faults
from tests.administrations.doing import close, points
from tests.preparations.doing import do_step, undo
from tests.support.behind import behind_its_back
from tests.support.builders import a_patient


@pytest.fixture
def session(road):
    """Four fifths of the cocktail given, the rest wasted."""
    begun = road.started()
    points(begun, 80)
    return close(begun, "1")


def found():
    """What the proof names, but for the patient's account, which `test_counted` is about."""
    return [f"{fault.row} {fault.what}" for fault in proof.exposure_faults() if fault.table != "exposure"]


def test_what_was_given_is_in_order(session):
    assert found() == []
    assert [*ledger_faults(), *chain_faults()] == []


def test_what_was_not_given_is_in_order(road):
    close(road.started(), "5", "not_given", reason="Patient unwell")
    assert found() == []


def test_what_was_taken_back_is_in_order(road):
    attempt = road.claimed()
    do_step(attempt, 3)
    undo(attempt)
    assert found() == []


def test_what_was_given_and_called_wasted_is_named(session):
    behind_its_back("UPDATE given_lot SET given = 0, wasted = given + wasted")
    assert [row.split(" (")[0] for row in found()] == [
        "given_lot 1 says 0 and the ledger 160000",
        "given_lot 2 says 0 and the ledger 240000",
        "given_lot 3 says 0 and the ledger 80400000",
        "given_lot 5 says 0 and the ledger 3064000",
        "given_lot 4 says 0 and the ledger 536000",
    ]


def test_what_was_given_to_another_patient_is_named(session):
    other = a_patient().id
    behind_its_back(f"UPDATE given_lot SET patient_id = {other} WHERE id = 3")  # noqa: S608
    assert found() == ["given_lot 3 is not what its draw says"]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("cocktail_id = cocktail_id + 1", "is not what its draw says"),
        ("via = 'diluent'", "is not what its draw says"),
        ("grade = 'possible'", "is not what its draw says"),
        ("at = '2020-01-01 00:00:00.000000'", "is not what its session says"),
        ("wasted = wasted - 1", "does not add up to its draw"),
    ],
)
def test_an_altered_given_lot_is_named(session, change, what):
    behind_its_back(f"UPDATE given_lot SET {change} WHERE id = 2")  # noqa: S608 - a test's own words
    assert found() == [f"given_lot 2 {what}"]


def test_a_given_lot_that_is_gone_is_named_by_its_draw(session):
    behind_its_back("DELETE FROM given_lot WHERE id = 2")
    assert [row.split(" (")[0] for row in found()] == [
        "draw 2 was for a session that is closed, and no given_lot says so",
        "a given_lot that is not there says 0 and the ledger 240000",
    ]


@pytest.mark.parametrize(
    "change",
    [
        "lot_id = lot_id + 1",
        "vial_id = NULL",
        "quantity = quantity + 1",
        "volume = volume - 1",
        "attempt_id = attempt_id + 1",
        "drawn_at = '2020-01-01 00:00:00.000000'",
        "by_id = by_id + 1",
        "movement_id = 1",
    ],
)
def test_an_altered_draw_is_named(road, change):
    road.drawn()
    behind_its_back(f"UPDATE draw SET {change} WHERE id = 2")  # noqa: S608 - a test's own words
    assert "draw 2 is not what its movement says" in found()


def test_a_draw_that_says_it_was_taken_back_is_named(road):
    road.drawn()
    behind_its_back("UPDATE draw SET undone = true WHERE id = 2")
    assert found() == ["draw 2 and the ledger differ on whether it was taken back"]


def test_a_draw_that_was_taken_back_and_counts_again_is_named(road):
    attempt = road.claimed()
    do_step(attempt, 1)
    undo(attempt)
    behind_its_back("UPDATE draw SET undone = false")
    assert found() == ["draw 1 and the ledger differ on whether it was taken back"]


def test_a_draw_of_another_patient_is_named(road):
    road.drawn()
    other = a_patient().id
    behind_its_back(f"UPDATE draw SET patient_id = {other} WHERE id = 2")  # noqa: S608
    assert found() == ["draw 2 is of another patient or cocktail than its attempt"]


def test_a_draw_that_is_gone_is_named_by_its_movement(road):
    road.drawn()
    moved = db.session.scalar(db.select(Draw.movement_id).filter_by(id=2))
    behind_its_back("DELETE FROM draw WHERE id = 2")
    assert found() == [f"movement {moved} went into a preparation, and no draw says so"]


def test_another_patient_in_every_table_is_named_by_the_trail(session):
    other = a_patient().id
    for table in ("draw", "given_lot", "attempt", "cocktail", "administration"):
        theirs = f"WHERE patient_id = {session.patient_id}"
        behind_its_back(f"UPDATE {table} SET patient_id = {other} {theirs}")  # noqa: S608
    assert found() == [
        f"attempt {session.attempt_id} is of another patient than its audit entry says",
        f"administration {session.id} is of another patient than its audit entry says",
    ]


def test_a_test_of_another_patient_is_named(road):
    road.ready()
    other = a_patient().id
    behind_its_back(f"UPDATE patch_test SET patient_id = {other} WHERE patient_id <> {other}")  # noqa: S608
    assert {row.partition(" ")[2].partition(" ")[2] for row in found()} == {
        "is of another patient than its audit entry says"
    }


@pytest.mark.parametrize("change", ["quantity = quantity + 1", "quantity = NULL"])
def test_an_altered_amount_of_a_test_is_named(road, change):
    road.ready()
    item = db.session.scalar(db.select(db.func.min(PatchTestItem.id)).where(PatchTestItem.quantity > 0))
    behind_its_back(f"UPDATE patch_test_item SET {change} WHERE id = {item}")  # noqa: S608
    [row] = found()
    assert row.startswith(f"patch_test_item {item} says "), row
