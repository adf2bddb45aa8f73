"""A second vial for the rest of a step, or another one for all of it; the next best is chosen and named."""

import pytest

from formulary import clock
from formulary.audit.queries import entries_about
from formulary.db import db, transaction
from formulary.preparations import actions, facts, queries
from formulary.rules.findings import Level, Refused
from formulary.stock.models import Reservation
from tests.preparations.doing import (
    do_step,
    draw,
    hold,
    lot_of,
    ml,
    scan,
    step,
    steps_of,
    technician,
    to_keep,
)
from tests.support.builders import a_lot


def another(attempt, number, from_this=None, reason="Too little left in it"):
    row = step(attempt, number)
    with transaction():
        return actions.take_another_vial(
            attempt.id,
            row.position,
            from_this=None if from_this is None else ml(from_this),
            reason=reason,
            at=clock.now(),
            by=technician(),
        )


def kept(attempt):
    """The steps still reserved, by what they take."""
    ref = f"cocktail:{attempt.cocktail_id}"
    open_ones = db.select(Reservation.quantity).where(
        Reservation.for_ref == ref, Reservation.ended_at.is_(None)
    )
    return sorted(db.session.scalars(open_ones))


def test_what_the_vial_in_hand_lacks_comes_from_the_next(road):
    attempt = road.claimed()
    scan(attempt, 2)
    another(attempt, 2, from_this="0.1")
    assert [s.volume for s in steps_of(attempt)] == [200_000, 100_000, 200_000, 670_000, 3_830_000]
    first, second = step(attempt, 2), step(attempt, 3)
    assert (first.vial_id is not None, second.vial_id) == (True, None)
    assert first.line_number == second.line_number == 2


def test_both_parts_are_drawn_one_after_the_other(road):
    attempt = road.claimed()
    scan(attempt, 2)
    another(attempt, 2, from_this="0.1")
    draw(attempt, 2)
    with pytest.raises(Refused, match="which_vial"):
        scan(attempt, 3) and scan(attempt, 3)
    draw(attempt, 3)
    drawn = [d for d in queries.draws(attempt.id) if d.line_number == 2]
    assert [d.volume for d in drawn] == [100_000, 200_000]
    assert drawn[0].vial_id != drawn[1].vial_id


def test_a_vial_that_is_broken_gives_nothing_and_another_gives_all(road):
    attempt = road.claimed()
    scan(attempt, 1)
    broken = step(attempt, 1).vial_id
    another(attempt, 1, reason="Broken or spilt")
    row = step(attempt, 1)
    assert (row.volume, row.vial_id, row.scanned_at) == (200_000, None, None)
    scan(attempt, 1)
    assert step(attempt, 1).vial_id != broken


def test_a_lot_on_hold_is_left_for_another_lot(road):
    attempt = road.claimed()
    a_lot(lot_of(step(attempt, 1)).product, number="TXA-OTHER")
    hold("TXA-2231")
    another(attempt, 1, reason="On hold or past its time")
    assert lot_of(step(attempt, 1)).number == "TXA-OTHER"
    do_step(attempt, 1)


def test_the_reservation_follows(road):
    attempt = road.claimed()
    scan(attempt, 2)
    another(attempt, 2, from_this="0.1")
    assert kept(attempt) == to_keep(attempt)


@pytest.mark.parametrize("too_much", ["0.2", "0.3"])
def test_a_second_vial_is_for_less_than_planned_from_the_first(road, too_much):
    attempt = road.claimed()
    scan(attempt, 1)
    with pytest.raises(Refused, match=r"step\.nothing_left_over"):
        another(attempt, 1, from_this=too_much)


def test_where_nothing_else_serves_it_says_why(road):
    attempt = road.claimed()
    hold("TXA-2231")
    with pytest.raises(Refused) as refusal:
        another(attempt, 1)
    [finding] = refusal.value.findings
    assert (finding.code, finding.line) == ("stock.short", 1)


def test_the_page_is_told_which_would_be_next_and_why_not_the_others(road):
    attempt = road.claimed()
    scan(attempt, 1)
    attempt = queries.attempt(attempt.id, technician())
    told = facts.gather_attempt(attempt, at=clock.now()).cocktail
    found = actions.alternatives(attempt, queries.planned(attempt, 1), told, None)
    assert [pick.stock.lot for pick in found.picks] == ["TXA-2231"]
    assert any("not kept" in refused.why for refused in found.refusals)


def test_a_good_vial_is_not_passed_over_without_a_reason(road):
    attempt = road.claimed()
    scan(attempt, 1)
    with pytest.raises(Refused) as refusal:
        another(attempt, 1, reason=" ")
    [finding] = refusal.value.findings
    assert (finding.code, finding.rule, finding.level) == ("vial.passed_over", "L5", Level.WARN)
    another(attempt, 1, reason="Broken or spilt")
    entry = entries_about("attempt", attempt.id)[0]
    assert (entry.new["passed_over"], entry.reason) == ([finding.reason], "Broken or spilt")


def test_a_vial_that_may_not_be_used_is_left_without_a_word(road):
    attempt = road.claimed()
    a_lot(lot_of(step(attempt, 1)).product, number="TXA-OTHER")
    hold("TXA-2231")
    another(attempt, 1, reason="On hold or past its time")
    assert entries_about("attempt", attempt.id)[0].new["passed_over"] == []


def test_the_page_says_that_a_good_vial_is_passed_over(road, clients):
    attempt = road.claimed()
    scan(attempt, 1)
    position = step(attempt, 1).position
    page = clients("technician").get_ok(f"/preparations/{attempt.id}/steps/{position}/another")
    assert "is open and may still be used" in page.text
