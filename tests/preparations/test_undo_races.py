"""One takes a draw back while another draws from the same vial: whoever comes second looks at what is."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from formulary import clock
from formulary.audit import record
from formulary.db import db, retried, transaction
from formulary.preparations import actions, queries
from formulary.preparations.models import Draw
from formulary.rules.findings import Refused
from formulary.rules.units import VOLUME, Quantity
from formulary.stock import actions as stock
from formulary.stock import queries as shelf
from formulary.stock.models import Lot, Movement, Vial
from formulary.stock.queries.proof import ledger_faults
from tests.preparations.doing import do_step, technician
from tests.support.builders import the_place

LATER = 0.7
"""Seconds in which the other has long come to where it must wait."""


def a_draw(road):
    """The first draw of a claimed cocktail; its key and its vial's."""
    attempt = road.claimed()
    do_step(attempt, 1)
    [drawn] = queries.draws(attempt.id)
    return drawn.id, drawn.vial_id


def in_thread(app, do):
    """Do it with a session of its own."""

    def run():
        with app.app_context():
            try:
                return retried(do)()
            except Refused as refusal:
                return refusal.findings[0].code
            finally:
                db.session.remove()

    return run


def take_all(vial_id, meanwhile):
    """Another act draws all that is left in the vial, and does something before it commits."""
    at, by = clock.now(), technician()
    with transaction():
        vial = queries.vial(vial_id)
        given = {"reason": "drawn", "document": ("test", 1), "at": at, "by": by}
        given |= {"for_patient": vial.opened_for_id, "already_happened": True}
        left = Quantity(shelf.volume_left(vial), VOLUME)
        taken = stock.take(vial, left, target=the_place("preparation"), **given)
        record("test.draw", vial, by=by, at=at, movements=[t.movement for t in taken])
        db.session.flush()
        meanwhile()
        return taken[0].movement.id


def take_back(draw_id):
    with transaction():
        actions.undo_draw(draw_id, at=clock.now(), by=technician())
    return "taken back"


def states(vial_id):
    """What the vial and its lot say, read anew."""
    db.session.expire_all()
    vial = db.session.get_one(Vial, vial_id)
    return vial.state, db.session.get_one(Lot, vial.lot_id).status


def reversals():
    return list(db.session.scalars(db.select(Movement.id).where(Movement.reverses_id.is_not(None))))


def test_what_another_draws_before_the_undo_is_seen_by_it(app, road):
    draw_id, vial_id = a_draw(road)
    drawn = threading.Event()

    def first():
        return take_all(vial_id, lambda: (drawn.set(), time.sleep(LATER)))

    def second():
        drawn.wait(20)
        return take_back(draw_id)

    db.session.remove()
    with ThreadPoolExecutor(2) as pool:
        taken, undone = pool.submit(in_thread(app, first)), pool.submit(in_thread(app, second))
        assert (type(taken.result()), undone.result()) == (int, "draw.moved_on")
    assert reversals() == []
    assert states(vial_id)[0] == "empty"
    assert list(ledger_faults()) == []


def test_what_another_draws_during_the_undo_comes_after_it(app, road, monkeypatch):
    draw_id, vial_id = a_draw(road)
    looked, ended = threading.Event(), threading.Event()
    look = queries.last_movement

    def slow_look(vial_id):
        found = look(vial_id)
        looked.set()
        ended.wait(LATER)
        return found

    def second():
        looked.wait(20)
        try:
            return take_all(vial_id, lambda: None)
        finally:
            ended.set()

    monkeypatch.setattr(queries, "last_movement", slow_look)
    db.session.remove()
    with ThreadPoolExecutor(2) as pool:
        undone = pool.submit(in_thread(app, lambda: take_back(draw_id)))
        taken = pool.submit(in_thread(app, second))
        assert undone.result() == "taken back"
        [reversal] = reversals()
        assert taken.result() > reversal
    assert states(vial_id)[0] == "open"
    assert list(ledger_faults()) == []


# On SQLite nobody writes between one's first read and one's last.
@pytest.mark.databases("postgresql")
def test_a_vial_that_another_emptied_meanwhile_is_open_again_with_what_comes_back(app, road):
    draw_id, vial_id = a_draw(road)
    at, by = clock.now(), technician()
    with transaction(), ThreadPoolExecutor(1) as pool:
        seen = queries.vial(vial_id)
        assert seen.state == "open"
        pool.submit(in_thread(app, lambda: take_all(vial_id, lambda: None))).result()
        row = queries.movement(db.session.get_one(Draw, draw_id).movement_id)
        back = stock.reverse(row, at=at, by=by, why="a slip")
        record("test.undo", back, by=by, at=at, movements=[back])
        assert seen.state == "open"
    assert states(vial_id)[0] == "open"
