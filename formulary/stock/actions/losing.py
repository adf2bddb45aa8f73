"""What does not arrive: it is lost until it turns up; and what was called back and arrives all the same."""

from collections.abc import Iterable
from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.db import db, once
from formulary.stock import queries
from formulary.stock.actions.arriving import in_transit, line_of, state_of
from formulary.stock.actions.balances import lock
from formulary.stock.actions.entries import Entry, Way
from formulary.stock.actions.ledger import reverse, write
from formulary.stock.actions.shortfalls import record_shortfall
from formulary.stock.actions.wasting import everything_in
from formulary.stock.labels import container_count
from formulary.stock.labels import transfer_refusals as told
from formulary.stock.models import Discrepancy, Movement, Place, Transfer
from formulary.stock.queries import Packed


@once
def lose(transfer_id: int, line_id: int, *, reason: str, at: datetime, by: Actor) -> Transfer:
    """Say that what is on its way or missing of a line will not arrive: it opens a discrepancy at the sender.

    Either site may say so as soon as it is sent.
    """
    by.must(Permission.RECEIVE_STOCK)
    box = queries.transfer(transfer_id, by.site_id, lock=True)
    if box.state not in queries.AWAITED:
        raise told.not_now(box, "Only what is on its way can be lost.")
    if not reason.strip():
        raise told.no_words("What is lost", "reason")
    lines = _lines(box)
    line = line_of(lines, line_id)
    if not line.row.outstanding:
        raise told.none_missing(line.lot)
    gone = line.row.outstanding
    movements = _lost(box, line, reason, at, by)
    line.row.lost += gone
    box.state = state_of(box, lines.values())
    new = {"transfer": box.code, "line": line_id, "lost": gone, "state": box.state}
    record("stock.lose", box, by=by, at=at, new=new, reason=reason, movements=movements)
    db.session.flush()
    return box


@once
def find_again(transfer_id: int, line_id: int, *, reason: str, at: datetime, by: Actor) -> Transfer:
    """Say that what was lost of a line has turned up: it is on its way again, to be received where it goes.

    What a pharmacist was asked to explain is explained by it. Either site may say so.
    """
    by.must(Permission.RECEIVE_STOCK)
    box = queries.transfer(transfer_id, by.site_id, lock=True)
    if not reason.strip():
        raise told.no_words("What has turned up", "reason")
    lines = _lines(box)
    line = line_of(lines, line_id)
    if not line.row.lost:
        raise told.none_lost(line.lot)
    rows = _lost_rows(box, line)
    movements = [reverse(row, at=at, by=by, why=reason) for row in rows]
    found, line.row.lost = line.row.lost, 0
    box.state = state_of(box, lines.values())
    _explain(rows, f"It turned up: {reason}", at)
    new = {"transfer": box.code, "line": line_id, "found": found, "state": box.state}
    record("stock.find_again", box, by=by, at=at, new=new, reason=reason, movements=movements)
    db.session.flush()
    return box


@once
def come_after_all(transfer_id: int, *, reason: str, at: datetime, by: Actor) -> Transfer:
    """Say that a transfer which was called back arrives all the same: it is on its way again, to be received.

    It leaves the shelves of the sender once more; what no longer lies there comes visibly from lost-or-found
    and opens a discrepancy at the sender.
    """
    by.must(Permission.RECEIVE_STOCK)
    box = queries.transfer(transfer_id, by.site_id, lock=True)
    if box.to_site_id != by.site_id or box.state != "cancelled" or box.sent_at is None:
        raise told.not_now(box, "Only the site it was for can say this, of a transfer that was called back.")
    if not reason.strip():
        raise told.no_words("What arrives all the same", "reason")
    lines = sorted(_lines(box).values(), key=lambda line: line.row.id)
    sources = [(line, _stands(line, box.site_id)) for line in lines]
    words = f"{box.code} was called back and arrived all the same: {reason}"
    way = Way(queries.place(box.site_id, "in_transit"), "sent", ("transfer", box.id), at, words)
    lock(key for line, place in sources for key in Entry(line.lot, line.vial, place, 1, way).keys)
    movements = [row for line, place in sources for row in _gone_again(line, place, way, by)]
    box.state = "sent"
    new, was = {"transfer": box.code, "state": box.state}, {"state": "cancelled"}
    record("stock.come_after_all", box, by=by, at=at, old=was, new=new, reason=reason, movements=movements)
    db.session.flush()
    return box


def _lines(box: Transfer) -> dict[int, Packed]:
    return {line.row.id: line for line in queries.lines_of([box.id])[box.id]}


def _lost(box: Transfer, line: Packed, reason: str, at: datetime, by: Actor) -> list[Movement]:
    """From transit to lost-or-found, both of the sender, with what a pharmacist has to explain."""
    way = Way(queries.place(box.site_id, "lost_or_found"), "lost", ("transfer", box.id), at, reason)
    gone = line.row.outstanding
    movements = write(in_transit(box, line, gone, way, moves_on=False), at=at, by=by)
    what = line.vial.code if line.vial else container_count(line.lot.product, gone)
    words = f"{what or 'A part'} of transfer {box.code} never arrived: {reason}"
    own = next(row for row in movements if row.lot_id == line.lot.id)
    opened = {"lot_id": line.lot.id, "place_id": own.from_place_id, "movement_id": own.id}
    db.session.add(Discrepancy(**opened, quantity=own.quantity, what=words, opened_at=at))
    return movements


def _lost_rows(box: Transfer, line: Packed) -> list[Movement]:
    """What went to lost-or-found of a line and stands: of a vial all of it, else the row of its quantity."""
    undone = db.select(Movement.reverses_id).where(Movement.reverses_id.is_not(None))
    query = db.select(Movement).filter_by(document_kind="transfer", document_id=box.id, reason="lost")
    query = query.where(Movement.reverses_id.is_(None), Movement.id.not_in(undone)).order_by(Movement.id)
    if line.vial is not None:
        return list(db.session.scalars(query.filter_by(vial_id=line.vial.id)))
    same = {"lot_id": line.lot.id, "vial_id": None, "quantity": line.row.lost}
    return list(db.session.scalars(query.filter_by(**same).limit(1)))


def _explain(rows: Iterable[Movement], explanation: str, at: datetime) -> None:
    mine = (Discrepancy.movement_id.in_([row.id for row in rows]), Discrepancy.explained_at.is_(None))
    db.session.execute(
        db.update(Discrepancy).where(*mine).values(explained_at=at, explanation=explanation),
        execution_options={"synchronize_session": "fetch"},
    )


def _stands(line: Packed, site_id: int) -> Place:
    """Where what was called back lies: a vial where it stands at the sender now, else where it lay."""
    if line.vial is not None:
        lies = queries.contents(vial_id=line.vial.id, lot_id=line.lot.id)
        here = queries.places_by_id({c.place_id for c in lies}).values()
        return next((place for place in here if place.site_id == site_id), line.place)
    return line.place


def _gone_again(line: Packed, place: Place, way: Way, by: Actor) -> list[Movement]:
    if line.vial is not None and (entries := everything_in(line.vial, place, way, moves_on=True)):
        line.row.quantity = sum(entry.quantity for entry in entries if entry.lot.id == line.lot.id)
        return write(entries, at=way.occurred_at, by=by)
    return record_shortfall(
        lot=line.lot,
        vial=line.vial,
        source=place,
        target=way.target,
        quantity=line.row.quantity,
        reason=way.reason,
        document=way.document,
        what=way.remark,
        occurred_at=way.occurred_at,
        at=way.occurred_at,
        by=by,
    ).movements
