"""Taking a draw back: only where nothing left the vial, only the newest on it, only while it is prepared."""

import pytest

from formulary import clock
from formulary.audit.queries import entries_about
from formulary.db import db, transaction
from formulary.preparations import actions, queries
from formulary.preparations.models import PlannedDraw
from formulary.rules.findings import Refused
from formulary.stock import actions as stock
from formulary.stock.queries.proof import ledger_faults
from tests.preparations.doing import (
    do_step,
    draw,
    left_in,
    ml,
    scan,
    step,
    steps_of,
    technician,
    to_keep,
    undo,
)
from tests.preparations.test_another_vial import kept
from tests.support.builders import act, saved
from tests.support.ledger import in_preparation


def confirm(attempt, position, measured):
    """Draw what is planned at a position of the worksheet."""
    with transaction():
        actions.confirm_draw(attempt.id, position, measured=ml(measured), at=clock.now(), by=technician())


def test_the_ledger_shows_both_rows_and_the_vial_is_full_again(road):
    attempt = road.claimed()
    do_step(attempt, 1)
    undo(attempt)
    assert queries.draws(attempt.id) == []
    assert left_in(step(attempt, 1).vial_id) == 10_000_000
    assert in_preparation(step(attempt, 1).lot_id) == {}


def test_what_was_drawn_is_kept_no_more_and_once_taken_back_it_is_again(road):
    attempt = road.claimed()
    assert kept(attempt) == to_keep(attempt)
    do_step(attempt, 1)
    first, *others = steps_of(attempt)
    assert len(kept(attempt)) == len(others)
    undo(attempt)
    assert kept(attempt) == to_keep(attempt)
    assert first.quantity in kept(attempt)
    assert list(ledger_faults()) == []


def test_the_step_is_scanned_and_drawn_anew(road):
    attempt = road.claimed()
    do_step(attempt, 1)
    undo(attempt)
    row = step(attempt, 1)
    assert (row.state, row.scanned_at) == ("planned", None)
    with pytest.raises(Refused, match=r"step\.not_scanned"):
        draw(attempt, 1)
    scan(attempt, 1)
    draw(attempt, 1)


def test_powder_and_diluent_come_back_together(road):
    attempt = road.claimed()
    do_step(attempt, 3)
    undo(attempt)
    assert queries.draws(attempt.id) == []
    assert left_in(step(attempt, 3).vial_id) == 4_000_000


def test_the_diluent_is_planned_again_for_what_is_missing(road):
    attempt = road.claimed()
    do_step(attempt, 1, "0.21")
    undo(attempt)
    assert step(attempt, 4).volume == 3_830_000


def test_the_step_that_was_drawn_is_open_again_and_no_other_of_its_line(road):
    """Two steps of one line from one vial, the later one drawn first."""
    attempt = road.claimed()
    scan(attempt, 1)
    first = step(attempt, 1)
    with act():
        row = db.session.get_one(PlannedDraw, first.id)
        columns = ("line_number", "product_id", "lot_id", "vial_id", "place_id", "device_id", "scanned_at")
        copied = {name: getattr(row, name) for name in columns}
        row.volume = row.quantity = row.allowed_low = row.allowed_high = 120_000
        half = {"volume": 80_000, "quantity": 80_000, "allowed_low": 80_000, "allowed_high": 80_000}
        second = saved(PlannedDraw(attempt_id=attempt.id, position=9, **copied, **half)).id
    confirm(attempt, 9, "0.08")
    confirm(attempt, first.position, "0.12")
    undo(attempt)
    states = {each.id: each.state for each in steps_of(attempt)}
    assert (states[first.id], states[second]) == ("planned", "drawn")


def test_the_trail_names_the_patient_and_the_draws(road):
    attempt = road.claimed()
    do_step(attempt, 3)
    entry = next(e for e in entries_about("attempt", attempt.id) if e.action == "preparations.draw")
    drawn = [row.id for row in queries.draws(attempt.id)]
    assert (entry.new["patient"], entry.new["draws"]) == (attempt.patient_id, drawn)


def test_once_the_vial_moved_on_it_is_waste_and_not_undone(road):
    attempt = road.claimed()
    do_step(attempt, 1)
    first = queries.draws(attempt.id)[0]

    with transaction():
        vial = queries.vial(first.vial_id)
        stock.waste_vial(vial, reason="broken", volume=ml("1"), at=clock.now(), by=technician())
    with pytest.raises(Refused, match=r"draw\.moved_on"):
        undo(attempt)


def test_a_finished_preparation_is_not_undone(road):
    attempt = road.prepared()
    with pytest.raises(Refused, match=r"attempt\.not_under_way"):
        undo(attempt)


def test_it_is_undone_once(road):
    attempt = road.claimed()
    do_step(attempt, 1)
    drawn = queries.draws(attempt.id)[0]
    undo(attempt)
    with pytest.raises(Refused, match=r"draw\.undone"), transaction():
        actions.undo_draw(drawn.id, at=clock.now(), by=technician())


def test_nobody_else_takes_it_back(road):
    attempt = road.claimed()
    do_step(attempt, 1)
    drawn, other = queries.draws(attempt.id)[0], road.clinic.actor("pharmacist")
    with pytest.raises(Refused, match=r"attempt\.other_preparer"), transaction():
        actions.undo_draw(drawn.id, at=clock.now(), by=other)
