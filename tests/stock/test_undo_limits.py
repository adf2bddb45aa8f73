"""Where undoing stops, and what is kept for somebody meanwhile."""

from __future__ import annotations

import pytest

from formulary import clock
from formulary.accounts import Forbidden, Role
from formulary.audit.models import AuditEntry
from formulary.db import db, transaction
from formulary.rules.findings import Refused
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.models import Lot, Place, Reservation
from tests.stock.counting import closed, counted, sheet
from tests.stock.doing import held, opened, reason_of, refused_codes, somebody
from tests.stock.test_excursions import decided, looked_into, story
from tests.stock.test_excursions import held as held_inside
from tests.stock.test_reservations import kept, sealed
from tests.stock.test_undo import the_last, undo
from tests.support.builders import a_lot, the_place, the_site
from tests.support.counting import counting_queries
from tests.support.world import Cast

pytestmark = pytest.mark.usefixtures("cast")
ONE = 5_000_000
__all__ = ["story"]


def standing() -> list[tuple[str, int]]:
    """What is kept for whom."""
    db.session.expire_all()
    rows = db.session.scalars(db.select(Reservation).filter_by(ended_at=None).order_by(Reservation.id))
    return [(row.for_ref, row.quantity) for row in rows]


def second_cabinet() -> Place:
    with transaction():
        by = somebody(Role.ADMINISTRATOR)
        stock.add_place(the_site().id, name="Second cabinet", kind="storage", at=clock.now(), by=by)
    return db.session.scalars(db.select(Place).filter_by(name="Second cabinet")).one()


def moved(lot: Lot, target: Place, quantity: int) -> None:
    with transaction():
        ends = {"source": the_place(), "target": target, "quantity": quantity}
        stock.move_lot(queries.lot(lot.id), **ends, at=clock.now(), by=somebody())


def test_what_is_opened_uses_up_its_own_reservations_together() -> None:
    lot, other = a_lot(containers=6), second_cabinet()
    kept("cocktail:1", sealed(lot, 6 * ONE))
    moved(lot, other, 2 * ONE)
    moved(lot, other, 2 * ONE)
    opened(lot, place=other, for_ref="cocktail:1")
    assert sum(quantity for _, quantity in standing()) == 6 * ONE


def test_a_hold_that_an_excursion_was_decided_on_is_not_undone(story: dict[str, Lot], cast: Cast) -> None:
    event = looked_into(cast, 50)
    held_inside(cast, event, f"lot-{story['STAYS'].id}", by="pharmacist")
    entry = db.session.scalars(db.select(AuditEntry).filter_by(action="stock.hold")).one()
    decided(cast, event, decision="held")
    with pytest.raises(Refused) as refusal:
        undo(entry, by=cast.actor("pharmacist"))
    assert refused_codes(refusal) == ["undo.held_for"]
    assert len(queries.open_holds().rows) == 1


def test_who_may_not_release_a_hold_does_not_undo_it() -> None:
    held("lot", a_lot().id, by=somebody(Role.TECHNICIAN))
    assert stock.undoable_now(somebody(Role.TECHNICIAN), clock.now()) is None
    with pytest.raises(Forbidden):
        undo(the_last(), by=somebody(Role.TECHNICIAN))


def wasted(lot: Lot, quantity: int) -> AuditEntry:
    with transaction():
        given = {"place": the_place(), "quantity": quantity, "reason": "broken"}
        stock.waste_lot(queries.lot(lot.id), **given, at=clock.now(), by=somebody())
    return the_last()


def ended(ref: str, why: str) -> None:
    with transaction() as session:
        session.info["audited"] = True
        stock.end_reservations(ref, why=why, at=clock.now())


def test_what_waste_left_unkept_is_kept_again_when_it_is_undone() -> None:
    lot = a_lot(containers=3)
    kept("cocktail:1", sealed(lot, 2 * ONE))
    kept("cocktail:2", sealed(lot, ONE))
    entry = wasted(lot, 2 * ONE)
    assert standing() == [("cocktail:1", ONE)]
    undo(entry)
    assert standing() == [("cocktail:1", 2 * ONE), ("cocktail:2", ONE)]


def test_what_was_cancelled_meanwhile_is_not_kept_again() -> None:
    wasted_lot, held_lot = a_lot(containers=1), a_lot(containers=1)
    kept("cocktail:1", sealed(wasted_lot, ONE))
    kept("cocktail:2", sealed(held_lot, ONE))
    waste = wasted(wasted_lot, ONE)
    held("lot", held_lot.id)
    hold = the_last()
    ended("cocktail:1", "cancelled")
    ended("cocktail:2", "cancelled")
    undo(hold)
    undo(waste)
    assert standing() == []


@pytest.mark.parametrize("is_closed", [False, True])
def test_what_a_count_confirmed_since_stays(is_closed: bool) -> None:
    lot = a_lot(number="L2231")
    entry = wasted(lot, ONE)
    count = sheet()
    counted(count, lot, 2)
    if is_closed:
        closed(count, who="pharmacist2")
    with pytest.raises(Refused) as refusal:
        undo(entry)
    assert reason_of(refusal) == "It has gone on since: counted, lot L2231."


def asked_for(entry: AuditEntry, lot: Lot) -> list[str]:
    db.session.refresh(entry)
    with counting_queries() as asked:
        queries.moved_after(entry, "lot", lot.id)
    return asked.statements


def test_what_moved_after_an_act_is_asked_for_alike_however_much_moved() -> None:
    lot = a_lot()
    number = held("lot", lot.id).id
    with transaction():
        stock.release_hold(number, reason="a shadow", at=clock.now(), by=somebody())
    entry = the_last()
    before = asked_for(entry, lot)
    other = a_lot()
    for _ in range(3):
        wasted(other, ONE)
    assert asked_for(entry, lot) == before
    assert queries.moved_after(entry, "lot", lot.id) == []
    moves = [wasted(lot, ONE) for _ in range(2)]
    found = [row.id for row in queries.moved_after(entry, "lot", lot.id)]
    assert found == [number for move in reversed(moves) for number, _ in move.movements]
