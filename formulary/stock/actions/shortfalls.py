"""What happened can always be recorded: more than the ledger knew of comes visibly from lost-or-found."""

from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import Actor
from formulary.db import db
from formulary.stock import queries
from formulary.stock.actions.ledger import Document, Entry, lock, write
from formulary.stock.models import Discrepancy, Lot, Movement, Place, Vial


@dataclass(frozen=True)
class Recorded:
    """The rows that were written, and the discrepancy that the shortfall opened, if there was one."""

    movements: list[Movement]
    discrepancy: Discrepancy | None


def record_shortfall(
    *,
    lot: Lot,
    vial: Vial | None = None,
    source: Place,
    target: Place,
    quantity: int,
    reason: str,
    document: Document,
    what: str,
    occurred_at: datetime,
    at: datetime,
    by: Actor,
) -> Recorded:
    """Record that `quantity` went from source to target although less was on record there.

    What is missing is posted from lost-or-found first and opens a discrepancy with the words of `what`;
    nothing is asked about holds, expiry or state. The caller's audit entry carries all the movements.
    """
    entry = Entry(lot, vial, source, target, quantity, reason, document, occurred_at)
    drawn_on = entry.keys[0]
    there = lock([drawn_on])[drawn_on].quantity if drawn_on else quantity
    missing = max(0, quantity - there)
    found = queries.place(source.site_id, "lost_or_found")
    rows = (
        [Entry(lot, vial, found, source, missing, "shortfall", document, occurred_at, remark=what)]
        if missing
        else []
    )
    movements = write([*rows, entry], at=at, by=by)
    return Recorded(movements, _open(lot, source, movements[0], missing, what, at) if missing else None)


def _open(lot: Lot, place: Place, movement: Movement, missing: int, what: str, at: datetime) -> Discrepancy:
    opened = Discrepancy(
        lot_id=lot.id, place_id=place.id, movement_id=movement.id, quantity=missing, what=what, opened_at=at
    )
    db.session.add(opened)
    db.session.flush()
    return opened
