"""The proof of rows that read as they were written and are not: bytes for a number, what stands behind a NUL,
an instant before our era.
"""

from __future__ import annotations

import pytest
from sqlalchemy import String

from formulary.cli.verify import all_faults
from formulary.db import UtcDateTime, db
from formulary.stock.models import Balance, Movement
from formulary.stock.queries import proof
from tests.stock.doing import drawn, opened, posted
from tests.support.behind import behind_its_back
from tests.support.builders import a_lot
from tests.support.watch import Watch

pytestmark = pytest.mark.usefixtures("cast")

ALTERED = "was altered after it was written"
COLUMNS = {column.key: column for column in Movement.__table__.columns if column.key != "id"}
TEXTS = [name for name, column in COLUMNS.items() if isinstance(column.type, String | UtcDateTime)]
ABSENT = [name for name, column in COLUMNS.items() if column.nullable]
ON_SQLITE = pytest.mark.databases("sqlite")
"""PostgreSQL's columns take nothing but what they are made for."""
ON_POSTGRESQL = pytest.mark.databases("postgresql")
"""SQLite's instants are texts, and hashed whole."""


@pytest.fixture
def last(app: object, watch: Watch) -> int:
    """The last row of a ledger that was drawn from, told an hour after it was done."""
    happened = watch.now()
    watch.move(hours=1)
    drawn(opened(a_lot()), "1.3 mL", document="test", for_patient=7)
    told = {"remark": "on the floor", "occurred_at": happened, "document": ("attempt", None)}
    return posted(a_lot(), "storage", "waste", 5_000, reason="broken", **told).id


def altered(change: str, number: int) -> None:
    behind_its_back(f"UPDATE movement SET {change} WHERE id = {number}")  # noqa: S608 - a test's own words


def found() -> list[tuple[str, str]]:
    return [(fault.row, fault.what) for fault in proof.ledger_faults()]


@ON_SQLITE
@pytest.mark.parametrize("column", COLUMNS)
def test_bytes_that_read_like_the_value_are_named(last: int, column: str) -> None:
    altered(f"{column} = CAST(coalesce({column}, '') AS BLOB)", last)
    assert found() == [(f"movement {last}", ALTERED)]


@ON_SQLITE
@pytest.mark.parametrize("column", TEXTS)
def test_what_stands_behind_a_nul_is_named(last: int, column: str) -> None:
    altered(f"{column} = {column} || char(0) || ' forged'", last)
    assert found() == [(f"movement {last}", ALTERED)]


@ON_SQLITE
@pytest.mark.parametrize("column", ABSENT)
def test_an_empty_text_for_what_is_absent_is_named(last: int, column: str) -> None:
    altered(f"{column} = ''", last)
    assert found() == [(f"movement {last}", ALTERED)]


@ON_SQLITE
def test_a_draw_that_no_question_for_its_lot_finds_is_named() -> None:
    lot = a_lot()
    [taken] = drawn(opened(lot), "1.3 mL", document="test", for_patient=7)
    altered("lot_id = CAST(lot_id AS BLOB), by_id = CAST(by_id AS BLOB)", taken.movement.id)
    of_lot = db.select(Movement.id).filter_by(lot_id=lot.id).order_by(Movement.id)
    assert taken.movement.id not in db.session.scalars(of_lot).all()
    assert (f"movement {taken.movement.id}", ALTERED) in found()


@ON_SQLITE
def test_an_empty_instant_of_the_record_is_named() -> None:
    at_once = posted(a_lot(), "storage", "waste", 5_000, reason="broken")
    altered("recorded_at = ''", at_once.id)
    assert found() == [(f"movement {at_once.id}", ALTERED)]


@ON_POSTGRESQL
@pytest.mark.parametrize("never", ["infinity", "-infinity"])
def test_a_record_at_no_time_is_named(never: str) -> None:
    at_once = posted(a_lot(), "storage", "waste", 5_000, reason="broken")
    altered(f"recorded_at = '{never}'", at_once.id)
    assert found() == [(f"movement {at_once.id}", ALTERED)]


@ON_POSTGRESQL
@pytest.mark.parametrize("columns", [["recorded_at"], ["occurred_at"], ["occurred_at", "recorded_at"]])
def test_the_same_instant_before_our_era_is_named(last: int, columns: list[str]) -> None:
    altered(", ".join(f"{column} = {before_our_era(column)}" for column in columns), last)
    assert found() == [(f"movement {last}", ALTERED)]


@ON_POSTGRESQL
def test_an_act_recorded_at_once_before_our_era_is_named() -> None:
    at_once = posted(a_lot(), "storage", "waste", 5_000, reason="broken")
    then = before_our_era("occurred_at")
    altered(f"occurred_at = {then}, recorded_at = {then}", at_once.id)
    assert found() == [(f"movement {at_once.id}", ALTERED)]


def before_our_era(column: str) -> str:
    """The instant of the same digits, as far before the year 1 as it is behind it."""
    return f"(to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00 BC')::timestamptz"


UNREADABLE = {
    "a word for a quantity": "quantity = 'x'",
    "bars in a key": "lot_id = '1|2|3|4|x'",
    "a fraction": "quantity = 7.5",
    "more digits than a number has": "quantity = CAST('{}' AS BLOB)".format("9" * 5000),
    "no number at all": "quantity = 9e999",
}


@ON_SQLITE
@pytest.mark.parametrize("change", UNREADABLE.values(), ids=UNREADABLE)
def test_whatever_stands_in_a_column_the_proof_goes_on_to_its_end(last: int, change: str) -> None:
    altered(change, last)
    behind_its_back("UPDATE audit_entry SET reason = 'x' WHERE id = 2")
    named = [(fault.row, fault.what) for fault in all_faults()]
    assert named.count((f"movement {last}", ALTERED)) == 1
    assert ("entry 2", ALTERED) in named
    assert [row for row, _ in named if row.startswith("the proof of")] == []


@ON_SQLITE
@pytest.mark.usefixtures("last")
def test_a_balance_in_words_is_named() -> None:
    number = db.session.scalar(db.select(db.func.max(Balance.id)).where(Balance.quantity > 0))
    change = "quantity = 'much', lot_id = CAST(lot_id AS BLOB)"
    behind_its_back(f"UPDATE balance SET {change} WHERE id = {number}")  # noqa: S608 - a test's own words
    assert [row for row, _ in found()] == [f"balance {number}", "a balance that is not there"]


@ON_SQLITE
@pytest.mark.usefixtures("last")
def test_lists_of_movements_that_are_bytes_name_what_they_named() -> None:
    behind_its_back("UPDATE audit_entry SET movements = CAST(movements AS BLOB)")
    assert found() == []
    assert {fault.what for fault in all_faults()} == {ALTERED}


STUMBLES = {
    "no number": ("reactions.record", '{"report":{}}', "reactions"),
    "a list": ("reactions.record", '{"report":[]}', "reactions"),
    "half a word": ("reactions.record", '{"report', "reactions"),
    "half an answer": ("cocktails.sign", '{"answers":[{', "answers"),
}


@ON_SQLITE
@pytest.mark.usefixtures("last")
def test_a_proof_that_meets_what_is_no_text_says_so_and_the_others_go_on() -> None:
    told = "action = 'reactions.record', object_kind = 'reaction', outcome = 'done'"
    behind_its_back(f"UPDATE audit_entry SET {told}, new = CAST(x'7bff7d' AS TEXT) WHERE id = 2")  # noqa: S608 - a test's own words
    named = {fault.row: fault.what for fault in all_faults()}
    assert list(named) == ["entry 2", "the proof of reactions"]
    assert "Could not decode" in named["the proof of reactions"]


@pytest.mark.usefixtures("last")
@pytest.mark.parametrize(("action", "new", "proof_of"), STUMBLES.values(), ids=STUMBLES)
def test_a_proof_that_cannot_read_an_entry_says_so_and_the_others_go_on(
    action: str, new: str, proof_of: str
) -> None:
    told = f"action = '{action}', object_kind = 'reaction', outcome = 'done', new = '{new}'"
    behind_its_back(f"UPDATE audit_entry SET {told} WHERE id = 2")  # noqa: S608 - a test's own words
    begun: list[str] = []
    named = {fault.row: fault.what for fault in all_faults(lambda name, _: begun.append(name))}
    assert list(named) == ["entry 2", f"the proof of {proof_of}"]
    assert named[f"the proof of {proof_of}"].startswith("met what it cannot read and stopped: ")
    assert begun[-1] == "reactions"
