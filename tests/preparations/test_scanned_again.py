"""The vial scanned once more beside the reading: the right one confirms it, another one draws nothing."""

import pytest

from formulary.audit.models import AuditEntry
from formulary.db import db
from formulary.preparations import queries
from tests.preparations.doing import a_scan, lot_of, scan, step
from tests.preparations.test_pages import page_of, step_of

# What a page says; the acts behind it are asked of both databases by the room's other files.
pytestmark = pytest.mark.databases("sqlite")


def again(attempt, code, measured):
    """What the draw's form sends when a code is scanned on it."""
    return {"measured": measured, "measured-unit": "mL", "scan": code, "scan-captured": "1"}


@pytest.mark.parametrize(("measured", "step_shown"), [("0.2", "step 2 of 4"), ("", "step 1 of 4")])
def test_the_vial_scanned_again_confirms_the_reading_beside_it(road, clients, measured, step_shown):
    attempt, technician = road.claimed(), clients("technician")
    scan(attempt, 1)
    code = a_scan(lot_of(step(attempt, 1)))
    sent, to = again(attempt, code, measured), step_of(attempt, 1, "draw")
    assert step_shown in technician.post_ok(to, sent, at=page_of(attempt), press="Read").text
    assert step(attempt, 1).state == ("drawn" if measured else "planned")


def test_another_vial_scanned_beside_a_reading_draws_nothing(road, clients):
    attempt = road.claimed()
    scan(attempt, 1)
    sent = again(attempt, a_scan(lot_of(step(attempt, 2))), "0.2")
    page = clients("technician").post_refused(
        step_of(attempt, 1, "draw"), sent, at=page_of(attempt), press="Read"
    )
    assert "Wrong product" in page.text
    db.session.rollback()
    assert (step(attempt, 1).state, step(attempt, 1).scanned_at) == ("planned", None)
    assert [call.code for call, _ in queries.close_calls_at(attempt.site_id, 5)] == ["scan.wrong_product"]


def test_a_reading_outside_the_tolerance_is_not_confirmed_by_a_scan(road, clients):
    attempt = road.claimed()
    scan(attempt, 1)
    sent = again(attempt, a_scan(lot_of(step(attempt, 1))), "0.3")
    clients("technician").post_refused(step_of(attempt, 1, "draw"), sent, at=page_of(attempt), press="Read")
    db.session.rollback()
    assert step(attempt, 1).state == "planned"


def close_calls(attempt):
    db.session.rollback()
    return [call.code for call, _ in queries.close_calls_at(attempt.site_id, 5)]


def outside_the_tolerance(road, clients):
    """A technician, an attempt, and the page that comes back for 0.3 mL beside the right vial."""
    attempt, technician = road.claimed(), clients("technician")
    scan(attempt, 1)
    sent = again(attempt, a_scan(lot_of(step(attempt, 1))), "0.3")
    to = step_of(attempt, 1, "draw")
    return technician, attempt, technician.post_refused(to, sent, at=page_of(attempt), press="Read")


@pytest.mark.parametrize("press", ["Read", "Confirm step 1"])
def test_a_wrong_vial_on_the_page_that_came_back_is_a_close_call(road, clients, press):
    technician, attempt, page = outside_the_tolerance(road, clients)
    sent, to = again(attempt, a_scan(lot_of(step(attempt, 2))), "0.2"), step_of(attempt, 1, "draw")
    answer = technician.submit(page, sent, to=to, press=press)
    wrong = technician.read(answer, to, 422)
    assert "Wrong product" in wrong.text
    assert close_calls(attempt) == ["scan.wrong_product"]
    assert (step(attempt, 1).state, step(attempt, 1).scanned_at) == ("planned", None)


def test_after_a_wrong_vial_the_page_before_draws_nothing(road, clients):
    technician, attempt, page = outside_the_tolerance(road, clients)
    to = step_of(attempt, 1, "draw")
    technician.submit(page, again(attempt, a_scan(lot_of(step(attempt, 2))), "0.2"), to=to, press="Read")
    sent = {"measured": "0.2", "measured-unit": "mL", "scan": ""}
    technician.read(technician.submit(page, sent, to=to, press="Confirm step 1"), to, 422)
    db.session.rollback()
    assert queries.draws(attempt.id) == []


def test_the_right_vial_by_its_other_code_confirms_on_the_page_that_came_back(road, clients):
    technician, attempt, page = outside_the_tolerance(road, clients)
    label = f"FML1:{queries.vial(step(attempt, 1).vial_id).code}"
    sent, to = again(attempt, label, "0.2"), step_of(attempt, 1, "draw")
    assert technician.submit(page, sent, to=to, press="Read").status_code == 302
    db.session.rollback()
    assert (step(attempt, 1).state, close_calls(attempt)) == ("drawn", [])


def test_a_right_vial_sent_twice_is_taken_in_hand_once(road, clients):
    attempt, technician = road.claimed(), clients("technician")
    scan(attempt, 1)
    page = technician.get_ok(page_of(attempt))
    sent, to = again(attempt, a_scan(lot_of(step(attempt, 1))), ""), step_of(attempt, 1, "draw")
    for _ in range(2):
        assert technician.submit(page, sent, to=to, press="Read").status_code == 302
    db.session.rollback()
    taken = db.select(AuditEntry.id).filter_by(action="preparations.scan")
    assert len(db.session.scalars(taken.order_by(AuditEntry.id)).all()) == 2
