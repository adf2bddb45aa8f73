"""The proof: an untouched clinic is in order, and every row that is altered behind its back is named."""

from __future__ import annotations

import inspect

import pytest

from formulary.audit.queries import chain_faults
from formulary.cli.verify import all_faults, command, counted
from formulary.db import db, hands, streaming
from formulary.overview.queries import proving
from formulary.stock import queries
from formulary.stock.models import Balance, Movement, movement_hash
from formulary.stock.queries import proof
from tests.stock.doing import drawn, opened, posted, reconstituted, undone
from tests.support.behind import behind_its_back
from tests.support.builders import a_lot, a_powder
from tests.support.databases import Database
from tests.support.terminal import formulary
from tests.support.watch import Watch

pytestmark = pytest.mark.usefixtures("cast")

ALTERED = "was altered after it was written"


@pytest.fixture
def story(app: object) -> Movement:
    """A lot that was opened, mixed, drawn, given, wasted and undone; the last row that moved."""
    diluent = a_lot()
    vial = reconstituted(opened(a_lot(a_powder()), opened_for_id=7), diluent)
    [taken, _] = drawn(vial, "1.3 mL", document="test", for_patient=7)
    undone(taken.movement)
    posted(diluent, "storage", "waste", 5_000_000, reason="broken")
    return posted(diluent, "storage", "quarantine", 5_000_000, reason="quarantined")


def found() -> list[tuple[str, str]]:
    return [(fault.row, fault.what) for fault in proof.ledger_faults()]


def test_an_untouched_ledger_is_in_order(story: Movement) -> None:
    assert found() == []
    assert list(chain_faults()) == []


def test_the_database_puts_the_hashed_text_together_as_the_program_does(story: Movement) -> None:
    rows = db.session.execute(db.select(Movement, proof.hashed_text())).all()
    assert len(rows) > 8
    assert {movement.id: movement.hash for movement, _ in rows} == {m.id: movement_hash(m) for m, _ in rows}


def test_the_instant_of_a_record_counts_where_it_is_later_than_the_act(watch: Watch) -> None:
    lot, happened = a_lot(), watch.now()
    watch.move(hours=5)
    late = posted(lot, "storage", "waste", 5_000, reason="broken", occurred_at=happened)
    assert found() == []
    behind_its_back(f"UPDATE movement SET recorded_at = occurred_at WHERE id = {late.id}")  # noqa: S608
    assert found() == [(f"movement {late.id}", ALTERED)]


@pytest.mark.parametrize("at_once", [1, 3, 2_000])
def test_whatever_stretch_a_row_is_read_in_its_change_is_named_and_no_other(
    story: Movement, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(streaming, "AT_ONCE", at_once)
    behind_its_back(f"UPDATE movement SET remark = 'x' WHERE id IN ({story.id}, {story.id - 2})")  # noqa: S608
    assert [row for row, _ in found()] == [f"movement {story.id - 2}", f"movement {story.id}"]


def test_a_remark_with_the_mark_between_rows_is_one_remark() -> None:
    told = f"{streaming.MARK}a{streaming.MARK}|%s"
    odd = posted(a_lot(), "storage", "waste", 5_000, reason="broken", remark=told)
    assert found() == []
    behind_its_back(f"UPDATE movement SET remark = 'x{streaming.MARK}y' WHERE id = {odd.id}")  # noqa: S608
    assert found() == [(f"movement {odd.id}", ALTERED)]


@pytest.mark.parametrize(
    "change",
    [
        "quantity = quantity + 1",
        "reason = 'expired'",
        "occurred_at = '2020-01-01 00:00:00.000000'",
        "by_id = by_id + 1",
        "to_place_id = 1",
        "remark = 'x'",
    ],
)
def test_an_altered_movement_is_named(story: Movement, change: str) -> None:
    behind_its_back(f"UPDATE movement SET {change} WHERE id = {story.id}")  # noqa: S608 - a test's own words
    assert (f"movement {story.id}", ALTERED) in found()


def test_a_movement_that_took_more_than_lay_there_is_named(story: Movement) -> None:
    behind_its_back(f"UPDATE movement SET quantity = {10**15} WHERE id = {story.id}")  # noqa: S608
    assert (f"movement {story.id}", "took more than lay there") in found()


def test_a_movement_altered_together_with_its_hash_is_named(story: Movement) -> None:
    story.quantity = 1
    forged = movement_hash(story)
    db.session.expunge_all()
    behind_its_back(f"UPDATE movement SET quantity = 1, hash = '{forged}' WHERE id = {story.id}")  # noqa: S608
    assert (f"movement {story.id}", "is not the one that its audit entry holds") in found()


def test_a_deleted_movement_is_named(story: Movement) -> None:
    behind_its_back(f"DELETE FROM movement WHERE id = {story.id}")  # noqa: S608 - a test's own words
    assert (f"movement {story.id}", "is missing") in found()


def test_a_movement_that_was_slipped_in_is_named(story: Movement) -> None:
    columns = ", ".join(c.key for c in Movement.__table__.columns if c.key != "id")
    behind_its_back(f"INSERT INTO movement ({columns}) SELECT {columns} FROM movement WHERE id = {story.id}")  # noqa: S608
    newest = db.session.scalar(db.select(db.func.max(Movement.id)))
    assert (f"movement {newest}", "is in no audit entry") in found()


@pytest.mark.parametrize("quantity", [0, 4_999_999, 5_000_001])
def test_an_altered_balance_is_named_with_both_figures(story: Movement, quantity: int) -> None:
    row = db.session.scalars(
        db.select(Balance).filter_by(lot_id=story.lot_id, place_id=story.to_place_id)
    ).one()
    behind_its_back(f"UPDATE balance SET quantity = {quantity} WHERE id = {row.id}")  # noqa: S608
    number = queries.lot(story.lot_id).number
    assert found() == [
        (f"balance {row.id}", f"says {quantity} and the ledger 5000000 (lot {number}, Quarantine)")
    ]


def test_a_balance_that_is_gone_is_named(story: Movement) -> None:
    behind_its_back(f"DELETE FROM balance WHERE place_id = {story.to_place_id}")  # noqa: S608
    assert [row for row, _ in found()] == ["a balance that is not there"]


def test_a_balance_that_was_slipped_in_is_named(story: Movement) -> None:
    values = f"{story.from_place_id}, {story.lot_id}, (SELECT min(id) FROM vial), 7"  # noqa: S608
    columns = "(place_id, lot_id, vial_id, quantity)"
    behind_its_back(f"INSERT INTO balance {columns} SELECT {values}")
    newest = db.session.scalar(db.select(db.func.max(Balance.id)))
    assert [row for row, _ in found()] == [f"balance {newest}"]


def test_a_movement_in_two_entries_is_named(story: Movement) -> None:
    entries = "(SELECT max(id) FROM audit_entry) AND movements <> '[]'"
    copied = "(SELECT min(movements) FROM audit_entry)"
    behind_its_back(f"UPDATE audit_entry SET movements = {copied} WHERE id <> {entries}")  # noqa: S608
    assert any(what == "is in two audit entries" for _, what in found())


def test_two_altered_rows_are_both_named(story: Movement) -> None:
    behind_its_back(f"UPDATE movement SET remark = 'x' WHERE id IN ({story.id}, {story.id - 1})")  # noqa: S608
    assert [row for row, _ in found()] == [f"movement {story.id - 1}", f"movement {story.id}"]


def said(capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """What the command says and with which code it ends, in this app."""
    db.session.remove()
    body = inspect.unwrap(command.callback)  # type: ignore[arg-type]
    try:
        body()
    except SystemExit as end:
        return int(str(end.code)), capsys.readouterr().out
    return 0, capsys.readouterr().out


@pytest.mark.usefixtures("story")
def test_the_command_says_what_it_went_through_and_ends_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    code, words = said(capsys)
    assert (code, words.startswith("In order: ")) == (0, True), words
    assert "movements" in words


@pytest.mark.usefixtures("story")
def test_a_terminal_is_told_which_proof_is_under_way(capsys: pytest.CaptureFixture[str]) -> None:
    db.session.remove()
    inspect.unwrap(command.callback)(progress=True)  # type: ignore[arg-type]
    told = capsys.readouterr().err.splitlines()
    assert told[:3] == ["Proving", "Proving the ledger", "Proving the audit trail"]
    assert told[-1] == "Proving reactions"


@pytest.mark.usefixtures("story")
def test_the_bar_moves_by_rows_and_ends_at_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "AT_ONCE", 3)
    told: list[tuple[str, int]] = []
    rows = counted()
    assert list(all_faults(lambda name, more: told.append((name, more)), rows)) == []
    assert sum(more for _, more in told) == sum(rows.values())
    assert max(more for name, more in told if name == "the ledger") == 3


def test_several_processes_find_what_one_finds_and_count_every_row(story: Movement) -> None:
    behind_its_back(f"UPDATE movement SET remark = 'x' WHERE id = {story.id}")  # noqa: S608
    behind_its_back("UPDATE audit_entry SET movements = '[]' WHERE id = 4")
    behind = list[int]()
    with proving.side_by_side() as (rows, find):
        together = list(find(lambda _name, more: behind.append(more)))
    db.session.remove()
    assert sorted(together, key=str) == sorted(all_faults(), key=str)
    assert {fault.table for fault in together} == {"movement", "audit_entry"}
    assert sum(behind) == sum(rows.values())


def test_what_is_written_while_the_processes_begin_is_counted_and_proved(
    story: Movement, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def meanwhile() -> bool:
        a_lot()
        return True

    monkeypatch.setattr(proving, "MANY", 0)
    monkeypatch.setattr(hands, "spare_hands", meanwhile)
    code, words = said(capsys)
    moved = db.session.scalar(db.select(db.func.count(Movement.id)))
    assert (code, words.split(",")[0]) == (0, f"In order: {moved} movements")


def test_the_command_names_a_planted_change_and_ends_with_1(
    story: Movement, capsys: pytest.CaptureFixture[str]
) -> None:
    behind_its_back(f"UPDATE movement SET remark = 'x' WHERE id = {story.id}")  # noqa: S608
    code, words = said(capsys)
    assert code == 1
    assert f"movement {story.id} was altered after it was written" in words


@pytest.mark.usefixtures("story")
def test_the_command_names_every_altered_audit_entry(capsys: pytest.CaptureFixture[str]) -> None:
    behind_its_back("UPDATE audit_entry SET person_name = 'Nobody' WHERE id IN (2, 4)")
    code, words = said(capsys)
    assert code == 1
    assert "entry 2 was altered after it was written" in words
    assert "entry 4 was altered after it was written" in words


@pytest.mark.usefixtures("story")
@pytest.mark.parametrize("listed", ["[", "[7]", '["x"]', "{}", "[[1]]", ""])
def test_an_entry_whose_movements_are_no_list_of_pairs_is_named(
    capsys: pytest.CaptureFixture[str], listed: str
) -> None:
    behind_its_back(f"UPDATE audit_entry SET movements = '{listed}' WHERE movements <> '[]'")  # noqa: S608
    code, words = said(capsys)
    assert code == 1
    assert "is in no audit entry" in words
    assert "was altered after it was written" in words


@pytest.mark.usefixtures("story")
def test_the_command_finds_a_shortened_trail(capsys: pytest.CaptureFixture[str]) -> None:
    behind_its_back("DELETE FROM audit_entry WHERE id = (SELECT max(id) FROM audit_entry)")
    code, words = said(capsys)
    assert code == 1
    assert "head says" in words


# One process of its own is enough to know that the command is there.
@pytest.mark.databases("sqlite")
@pytest.mark.usefixtures("story")
def test_the_command_runs_as_a_person_calls_it(database: Database) -> None:
    db.session.remove()
    db.engine.dispose()
    status, words = formulary(database.url, "verify")
    assert (status, words[:9]) == (0, "In order:"), words
