"""Sending to another site, and calling it back before it arrives."""

from collections.abc import Iterable
from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.db import db, once
from formulary.rules.findings import Refused
from formulary.rules.lot_status import free
from formulary.stock import facts, queries
from formulary.stock.actions.balances import lock
from formulary.stock.actions.entries import Entry, Way
from formulary.stock.actions.ledger import reverse, write
from formulary.stock.actions.vials import content_now
from formulary.stock.actions.wasting import everything_in
from formulary.stock.labels import REASONS_FOR, refusals
from formulary.stock.labels import transfer_refusals as told
from formulary.stock.models import Movement, Transfer
from formulary.stock.queries import Packed


@once
def send_transfer(
    transfer_id: int, *, why: str, carrier: str = "", note: str = "", at: datetime, by: Actor
) -> Transfer:
    """Send what is packed, all of it: it leaves its shelves and lies in this site's place in transit.

    Refuses what is held, in quarantine, expired or reserved, an open vial that may not be used, more than
    lies there, and a reason that is not one of a transfer.
    """
    by.must(Permission.RECEIVE_STOCK)
    box = _mine(transfer_id, by)
    if box.state != "packing":
        raise told.not_now(box, "Receive it, or cancel it, on its page.")
    if why not in REASONS_FOR["transfer"]:
        raise told.no_reason()
    lines = queries.lines_of([box.id])[box.id]
    if not lines:
        raise told.nothing_packed(box)
    movements = _send(box, lines, at, by)
    box.state, box.why, box.carrier, box.note = "sent", why, carrier, note
    box.sent_at, box.sent_by_id = at, by.person_id
    new = {"transfer": box.code, "to": box.to_site_id, "why": why, "carrier": carrier}
    record("stock.send", box, by=by, at=at, new=new, reason=note, movements=movements)
    db.session.flush()
    return box


@once
def cancel_transfer(transfer_id: int, *, reason: str, at: datetime, by: Actor) -> Transfer:
    """Call a transfer back before any of it has arrived: each row is undone, all lies where it lay."""
    by.must(Permission.RECEIVE_STOCK)
    box = _mine(transfer_id, by)
    if box.state not in {"packing", "sent"}:
        raise told.not_now(box, "Send back what arrived with a transfer of its own.")
    if not reason.strip():
        raise told.no_words("A transfer that is called back", "reason")
    if any(line.row.lost for line in queries.lines_of([box.id])[box.id]):
        raise told.not_now(box, "Something of it is lost: record that it turned up first.")
    reversals = [reverse(row, at=at, by=by, why=reason) for row in sent_rows(box)]
    old, box.state, box.remark = box.state, "cancelled", reason
    new, was = {"transfer": box.code}, {"state": old}
    record("stock.cancel_transfer", box, by=by, at=at, old=was, new=new, reason=reason, movements=reversals)
    db.session.flush()
    return box


def sent_rows(box: Transfer) -> list[Movement]:
    """What went on its way with a transfer and was not undone since, the last first."""
    undone = db.select(Movement.reverses_id).where(Movement.reverses_id.is_not(None))
    query = db.select(Movement).filter_by(document_kind="transfer", document_id=box.id, reason="sent")
    query = query.where(Movement.reverses_id.is_(None), Movement.id.not_in(undone))
    return list(db.session.scalars(query.order_by(Movement.id.desc())))


def _mine(transfer_id: int, by: Actor) -> Transfer:
    box = queries.transfer(transfer_id, by.site_id, lock=True)
    if box.site_id != by.site_id:
        raise told.not_now(box, "The site that sends it does this.")
    return box


def _send(box: Transfer, lines: Iterable[Packed], at: datetime, by: Actor) -> list[Movement]:
    way = Way(queries.place(box.site_id, "in_transit"), "sent", ("transfer", box.id), at)
    entries = [(line, _entries(line, way)) for line in lines]
    lock(key for _, parts in entries for entry in parts for key in entry.keys)
    for line, _ in entries:
        _may_go(line, at)
    return write([entry for _, parts in entries for entry in parts], at=at, by=by)


def _entries(line: Packed, way: Way) -> list[Entry]:
    if line.vial is None:
        return [Entry(line.lot, None, line.place, line.row.quantity, way)]
    line.row.quantity = content_now(line.vial) or line.row.quantity
    return everything_in(line.vial, line.place, way, moves_on=True) or [
        Entry(line.lot, line.vial, line.place, line.row.quantity, way)
    ]


def _may_go(line: Packed, at: datetime) -> None:
    """Refuse what is not there and what stands against it; of sealed stock too what is reserved."""
    lies = queries.locked_quantity(line.place, line.lot.id, line.vial.id if line.vial else None)
    if line.vial is not None and lies < line.row.quantity:
        raise told.moved_since(line.vial, line.place)
    if lies < line.row.quantity:
        left = refusals.written(line.lot.quantity(lies), line.place.site_id)
        raise told.more_than_lies(line.lot, line.place, left, packed=True)
    stock = facts.stock_of(line.lot, line.vial, line.place, at)
    if stock is None:
        return
    found = facts.usable_as_is(stock, at)
    if line.vial is None:
        found = tuple(f for f in found if f.code in facts.STOPS_A_MOVE)
    if found:
        raise Refused(*found)
    left = free(stock)
    if stock.reserved is not None and left.steps < line.row.quantity:
        raise told.reserved(line.lot, refusals.written(left, line.place.site_id))
