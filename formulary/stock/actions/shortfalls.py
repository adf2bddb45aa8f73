"""What happened can always be recorded: more than the ledger knew of comes visibly from lost-or-found."""

from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.db import db, once
from formulary.stock import queries
from formulary.stock.actions.balances import lock
from formulary.stock.actions.entries import Document, Entry, Way
from formulary.stock.actions.ledger import write
from formulary.stock.labels import refusals
from formulary.stock.models import BY_VIAL, GUARDED, Discrepancy, Lot, Movement, Place, Vial


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
    entry = Entry(lot, vial, source, quantity, Way(target, reason, document, occurred_at))
    told = {"document": document, "what": what, "occurred_at": occurred_at, "at": at, "by": by}
    found = make_up(lot=lot, vial=vial, place=source, quantity=quantity, **told)
    return Recorded([*found.movements, *write([entry], at=at, by=by)], found.discrepancy)


def make_up(
    *,
    lot: Lot,
    vial: Vial | None = None,
    place: Place,
    quantity: int,
    document: Document,
    what: str,
    occurred_at: datetime,
    at: datetime,
    by: Actor,
) -> Recorded:
    """Let `quantity` lie at a place: what is missing comes from lost-or-found and opens a discrepancy.

    Nothing is written where so much lies there. The caller's audit entry carries the movements.
    """
    missing = _missing(lot, vial, place, quantity)
    if not missing:
        return Recorded([], None)
    told = {"document": document, "what": what, "occurred_at": occurred_at, "at": at, "by": by}
    return find(lot=lot, vial=vial, place=place, quantity=missing, **told)


def find(
    *,
    lot: Lot,
    vial: Vial | None = None,
    place: Place,
    quantity: int,
    document: Document,
    what: str,
    occurred_at: datetime,
    at: datetime,
    by: Actor,
) -> Recorded:
    """Let so much that was used, and that the ledger did not know of, come to a place from lost-or-found.

    It opens a discrepancy with the words of `what`. The caller's audit entry carries the movements.
    """
    found = queries.place(place.site_id, "lost_or_found")
    way = Way(place, "shortfall", document, occurred_at, what)
    movements = write([Entry(lot, vial, found, quantity, way)], at=at, by=by)
    opened = Discrepancy(
        lot_id=lot.id,
        place_id=place.id,
        movement_id=movements[0].id,
        quantity=quantity,
        what=what,
        opened_at=at,
    )
    db.session.add(opened)
    db.session.flush()
    return Recorded(movements, opened)


@once
def explain(number: int, site_id: int, *, explanation: str, at: datetime, by: Actor) -> Discrepancy:
    """Close a discrepancy with what was found out; the ledger stays as it is."""
    by.must(Permission.RELEASE_QUARANTINE)
    found = queries.discrepancy(number, site_id)
    if not explanation.strip():
        raise refusals.not_explained(found.lot)
    told = {"explained_at": at, "explanation": explanation}
    unexplained = db.update(Discrepancy).where(Discrepancy.id == number, Discrepancy.explained_at.is_(None))
    if db.session.execute(unexplained.values(told)).rowcount != 1:
        raise refusals.explained_already(found.lot)
    db.session.refresh(found.row)
    new = {"lot": found.lot.number, "quantity": found.row.quantity, "what": found.row.what}
    record("stock.explain", found.row, by=by, at=at, new=new, reason=explanation)
    return found.row


def _missing(lot: Lot, vial: Vial | None, place: Place, quantity: int) -> int:
    if place.kind not in GUARDED:
        return 0
    key = (place.id, lot.id, vial.id if vial and place.kind in BY_VIAL else None)
    return max(0, quantity - lock([key])[key].quantity)
