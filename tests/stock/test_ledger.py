"""The ledger: rows that are never changed, balances that move only with them, reversals."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from formulary import clock
from formulary.audit import record
from formulary.audit.models import AuditEntry
from formulary.db import Misuse, db, transaction
from formulary.rules.findings import Refused
from formulary.stock import actions, queries
from formulary.stock.actions.balances import Locked, lock, move
from formulary.stock.actions.entries import Entry, Key, Way
from formulary.stock.models import Balance, Movement, movement_hash
from tests.stock.doing import drawn, lies, opened, posted, reason_of, refused_codes, somebody, undone
from tests.support.builders import a_lot, a_product, the_place
from tests.support.watch import NOON, Watch

pytestmark = pytest.mark.usefixtures("cast")


def test_a_movement_takes_from_one_place_and_adds_to_the_other() -> None:
    lot = a_lot()
    posted(lot, "storage", "quarantine", 5_000_000, reason="quarantined")
    assert (lies(lot, "storage"), lies(lot, "quarantine")) == (10_000_000, 5_000_000)


def test_a_place_that_is_only_a_sum_keeps_no_balance() -> None:
    lot = a_lot()
    posted(lot, "storage", "waste", 5_000_000, reason="broken")
    assert lies(lot, "waste") == 0
    assert lies(lot, "storage") == 10_000_000


def test_more_than_lies_there_is_refused_in_words_and_nothing_moves() -> None:
    lot = a_lot(number="L2231")
    with pytest.raises(Refused) as refusal:
        posted(lot, "storage", "waste", 15_000_001, reason="broken")
    assert refused_codes(refusal) == ["stock.short"]
    assert reason_of(refusal) == "Shelf holds 15 mL of lot L2231 and 15.000001 mL is needed."
    assert lies(lot, "storage") == 15_000_000
    assert db.session.scalar(db.select(db.func.count(Movement.id)).filter_by(lot_id=lot.id)) == 1


def test_what_lacks_at_its_source_is_not_added_where_it_goes() -> None:
    """Not even for the rest of an act that goes on after the refusal."""
    lot, way = a_lot(), Way(the_place("quarantine"), "quarantined", ("test", 1), NOON)
    entry = Entry(lot, None, the_place("storage"), 15_000_001, way)
    with transaction():
        held = lock(entry.keys)
        with pytest.raises(Refused):
            move(entry)
        record("test.move", lot, by=somebody(), at=NOON)
        ids = [row.id for row in held.values()]
        there = db.select(Balance.id, Balance.quantity).where(Balance.id.in_(ids))
        assert dict(db.session.execute(there).all()) == {row.id: row.quantity for row in held.values()}


@pytest.mark.parametrize("quantity", [0, -1])
def test_nothing_and_less_than_nothing_are_refused(quantity: int) -> None:
    with pytest.raises(Refused) as refusal:
        posted(a_lot(), "storage", "waste", quantity)
    assert refused_codes(refusal) == ["quantity.not_positive"]


def test_more_than_any_clinic_holds_is_refused_before_the_database_overflows() -> None:
    with pytest.raises(Refused) as refusal:
        posted(a_lot(), "storage", "waste", 10**19)
    assert refused_codes(refusal) == ["quantity.too_large"]


def test_a_float_never_reaches_the_ledger() -> None:
    with pytest.raises(ValueError, match="whole number of steps"):
        posted(a_lot(), "storage", "waste", 0.5)  # type: ignore[arg-type]


def test_from_a_place_to_itself_is_refused() -> None:
    with pytest.raises(Refused) as refusal:
        posted(a_lot(), "storage", "storage", 1)
    assert refused_codes(refusal) == ["place.same"]


def test_words_that_are_no_words_are_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="is not a word of the ledger"):
        posted(a_lot(), "storage", "waste", 1, reason="a|b")


def test_every_row_is_hashed_and_its_entry_holds_the_hash() -> None:
    movement = posted(a_lot(), "storage", "waste", 1_000_000, reason="broken")
    assert movement.hash == movement_hash(movement)
    entry = db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert entry.movements == [[movement.id, movement.hash]]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("quantity", 999),
        ("reason", "expired"),
        ("document_id", None),
        ("remark", "x"),
        ("mixture", 1),
        ("vial_id", 4),
        ("by_id", 99),
        ("occurred_at", NOON.replace(year=2020)),
        ("to_place_id", 99),
    ],
)
def test_the_hash_covers_every_field(name: str, value: object) -> None:
    movement = posted(a_lot(), "storage", "waste", 1_000_000, reason="broken")
    before = movement.hash
    db.session.expunge(movement)
    setattr(movement, name, value)
    assert movement_hash(movement) != before


@pytest.mark.parametrize("statement", ["UPDATE movement SET quantity = 1", "DELETE FROM movement"])
def test_the_database_refuses_to_change_or_delete_a_row(statement: str) -> None:
    posted(a_lot(), "storage", "waste", 1_000_000, reason="broken")
    with pytest.raises(DatabaseError, match="append-only"), transaction() as session:
        session.info["audited"] = True
        session.execute(text(statement))


def test_the_database_refuses_a_balance_below_zero() -> None:
    a_lot()
    with pytest.raises(DatabaseError, match="quantity_is_not_negative"), transaction() as session:
        session.info["audited"] = True
        session.execute(text("UPDATE balance SET quantity = -1"))


def test_movements_without_an_audit_entry_are_not_committed() -> None:
    lot, at, by = a_lot(), clock.now(), somebody()
    with pytest.raises(Misuse, match="without an audit entry"), transaction():
        actions.post(
            lot=queries.lot(lot.id),
            source=the_place(),
            target=the_place("waste"),
            quantity=1,
            reason="broken",
            document=("lot", lot.id),
            occurred_at=at,
            at=at,
            by=by,
        )
    assert lies(lot, "storage") == 15_000_000


def test_a_reversal_puts_everything_back_and_names_its_original() -> None:
    lot = a_lot()
    movement = posted(lot, "storage", "waste", 2_000_000, reason="broken")
    opposite = undone(movement)
    assert lies(lot, "storage") == 15_000_000
    assert (opposite.reverses_id, opposite.reason, opposite.quantity) == (movement.id, "broken", 2_000_000)


def test_a_row_is_undone_at_most_once_and_a_reversal_never() -> None:
    movement = posted(a_lot(), "storage", "waste", 2_000_000, reason="broken")
    opposite = undone(movement)
    with pytest.raises(Refused) as twice:
        undone(movement)
    with pytest.raises(Refused) as back:
        undone(opposite)
    assert refused_codes(twice) == ["movement.reversed_already"]
    assert refused_codes(back) == ["movement.is_reversal"]


def test_what_has_moved_on_since_is_not_undone() -> None:
    lot = a_lot()
    movement = posted(lot, "storage", "quarantine", 5_000_000, reason="quarantined")
    posted(lot, "quarantine", "waste", 1_000_000, reason="broken")
    with pytest.raises(Refused) as refusal:
        undone(movement)
    assert refused_codes(refusal) == ["stock.short"]


def test_undoing_the_last_draw_opens_the_vial_and_the_lot_again() -> None:
    lot = a_lot(containers=1)
    vial = opened(lot)
    [taken] = drawn(vial, "5 mL")
    assert vial.state == "empty"
    undone(taken.movement)
    assert vial.state == "open"


def test_a_used_up_lot_is_exhausted_and_more_of_it_makes_it_available() -> None:
    lot = a_lot(containers=1)
    movement = posted(lot, "storage", "waste", 5_000_000, reason="broken")
    assert lot.status == "exhausted"
    undone(movement)
    assert lot.status == "available"


def test_a_late_entry_keeps_both_instants(watch: Watch) -> None:
    lot, happened = a_lot(), watch.now()
    watch.move(hours=5)
    movement = posted(lot, "storage", "waste", 1, reason="broken", occurred_at=happened)
    assert (movement.occurred_at, movement.recorded_at) == (happened, watch.now())


def test_balances_are_one_row_per_place_and_lot_and_vial() -> None:
    lot = a_lot(a_product())
    first, second = opened(lot), opened(lot)
    rows = db.session.execute(db.select(Balance.vial_id, Balance.quantity).filter_by(lot_id=lot.id)).all()
    assert sorted(map(tuple, rows), key=str) == sorted(
        [(None, 5_000_000), (first.id, 5_000_000), (second.id, 5_000_000)], key=str
    )


@pytest.mark.parametrize("keys", [[], [(1, 1, None)]], ids=["of nothing", "of a lot"])
def test_balances_are_locked_in_an_act_alone(keys: list[Key]) -> None:
    with pytest.raises(Misuse, match="outside"):
        lock(keys)
    assert "locked" not in db.session.info


def test_an_act_begins_with_no_balance_locked() -> None:
    lot = a_lot()
    key = (the_place().id, lot.id, None)
    db.session.info["locked"] = {key: Locked(0, 10**9)}
    with transaction():
        assert lock([key])[key].quantity == lies(lot, "storage")
    assert "locked" not in db.session.info
