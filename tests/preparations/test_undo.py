"""Taking a draw back: only where nothing left the vial, only the newest on it, only while it is prepared."""

import pytest

from formulary import clock
from formulary.db import transaction
from formulary.preparations import actions, queries
from formulary.rules.findings import Refused
from formulary.stock import actions as stock
from tests.preparations.doing import do_step, draw, left_in, ml, scan, step, technician, undo
from tests.support.ledger import in_preparation


def test_the_ledger_shows_both_rows_and_the_vial_is_full_again(road):
    attempt = road.claimed()
    do_step(attempt, 1)
    undo(attempt)
    assert queries.draws(attempt.id) == []
    assert left_in(step(attempt, 1).vial_id) == 10_000_000
    assert in_preparation(step(attempt, 1).lot_id) == {}


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
