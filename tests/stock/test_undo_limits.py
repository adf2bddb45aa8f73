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
from tests.stock.doing import held, opened, refused_codes, somebody
from tests.stock.test_excursions import decided, looked_into, story
from tests.stock.test_excursions import held as held_inside
from tests.stock.test_reservations import kept, sealed
from tests.stock.test_undo import the_last, undo
from tests.support.builders import a_lot, the_place, the_site
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
