"""Keeping again, after an undoing, what the act that was undone had left unkept."""

from collections.abc import Sequence
from datetime import datetime

from formulary.db import db
from formulary.rules.lot_status import free
from formulary.stock import facts, queries
from formulary.stock.actions.reservations import NO_LONGER_THERE
from formulary.stock.labels import undoing as told
from formulary.stock.models import Lot, Movement, Place, Reservation, Vial


def stand_again(broken: Sequence[Reservation], at: datetime) -> None:
    """Let reservations stand again, all of them, where nobody has taken their place."""
    if broken and queries.keeps({row.for_ref for row in broken}):
        raise told.reserved_since("what it stopped")
    for row in broken:
        lot, place = db.session.get_one(Lot, row.lot_id), db.session.get_one(Place, row.place_id)
        vial = None if row.vial_id is None else db.session.get_one(Vial, row.vial_id)
        stock = facts.stock_of(lot, vial, place, at)
        if stock is None or free(stock).steps < row.quantity:
            raise told.reserved_since(f"lot {lot.number}")
        row.ended_at, row.ended_why = None, ""
        db.session.flush()


def keep_as_much(undone: Sequence[Movement], done_at: datetime) -> None:
    """Keep as much again as these rows took of reservations, where those stand or ended with them alone.

    What has been kept anew for the same act since, and what is on hold now, stays as it is.
    """
    holds = queries.open_holds()
    for lost, row, lot in queries.lessened_by(undone):
        whose = {"lot_id": lot.id, "product_id": lot.product_id}
        if holds.on(**whose, vial_id=row.vial_id, place_id=row.place_id):
            continue
        if not queries.kept_anew(row.for_ref, done_at):
            _keep_more(row, lost)
    db.session.flush()


def _keep_more(row: Reservation, lost: int) -> None:
    if row.ended_at is None:
        row.quantity += lost
    elif row.ended_why == NO_LONGER_THERE:
        row.quantity, row.ended_at, row.ended_why = lost, None, ""
