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
    entry = Entry(lot, vial, source, quantity, Way(target, reason, document, occurred_at))
    missing = _missing(entry)
    if not missing:
        return Recorded(write([entry], at=at, by=by), None)
    found = queries.place(source.site_id, "lost_or_found")
    topped_up = Entry(lot, vial, found, missing, Way(source, "shortfall", document, occurred_at, what))
    movements = write([topped_up, entry], at=at, by=by)
    opened = Discrepancy(
        lot_id=lot.id,
        place_id=source.id,
        movement_id=movements[0].id,
        quantity=missing,
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


def _missing(entry: Entry) -> int:
    drawn_on = entry.keys[0]
    if drawn_on is None:
        return 0
    return max(0, entry.quantity - lock([drawn_on])[drawn_on].quantity)
