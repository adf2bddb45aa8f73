"""A transfer arrives: what came, what came damaged, and what is missing until somebody explains it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.accounts import queries as accounts
from formulary.audit import record
from formulary.db import Missing, db, once
from formulary.stock import facts, queries
from formulary.stock.actions.entering import keep_apart
from formulary.stock.actions.entries import Entry, Way
from formulary.stock.actions.ledger import write
from formulary.stock.actions.wasting import everything_in
from formulary.stock.labels import container_count, refusals
from formulary.stock.labels import transfer_refusals as told
from formulary.stock.models import Discrepancy, Movement, Place, Transfer
from formulary.stock.queries import Packed

SEALED_LIES_AT = frozenset({"storage", "quarantine"})
OPEN_LIES_AT = frozenset({"in_use", "quarantine"})


@dataclass(frozen=True)
class Arrived:
    """What came of a line, in the lot's steps: whole and to which place, and damaged."""

    line_id: int
    arrived: int
    damaged: int
    place: Place


@once
def receive_transfer(
    transfer_id: int,
    *,
    came: Iterable[Arrived],
    arrived_at_tenths: int | None = None,
    remark: str = "",
    at: datetime,
    by: Actor,
) -> Transfer:
    """Book in what came of a transfer, and more of it later; the rest stays in transit and is missing.

    What is held, in quarantine or expired by now goes to quarantine, and so does what came damaged.
    `arrived_at_tenths` are tenths of a degree Celsius. Refuses more than is on its way, an arrival of
    nothing, and a shelf with what it must never lie beside, unless the remark says how they are kept apart.
    """
    by.must(Permission.RECEIVE_STOCK)
    box = _coming(transfer_id, by)
    lines = {line.row.id: line for line in queries.lines_of([box.id])[box.id]}
    found = [(_line(lines, one.line_id), one) for one in came if one.arrived or one.damaged]
    if not found:
        raise told.nothing_arrived(box)
    old = {"state": box.state, "lines": {line.row.id: _parts(line) for line, _ in found}}
    old |= {"remark": box.remark, "tenths": box.arrived_at_tenths}
    movements = [row for line, one in found for row in _book(box, line, one, remark=remark, at=at, by=by)]
    _note(box, lines.values(), arrived_at_tenths, remark=remark, at=at, by=by)
    new = {"transfer": box.code, "lines": {line.row.id: _parts(line) for line, _ in found}}
    new |= {"state": box.state, "arrived_at_tenths": arrived_at_tenths}
    record("stock.receive_transfer", box, by=by, at=at, old=old, new=new, reason=remark, movements=movements)
    db.session.flush()
    return box


@once
def lose(transfer_id: int, line_id: int, *, reason: str, at: datetime, by: Actor) -> Transfer:
    """Say that what is missing of a line will not arrive: it is lost, and opens a discrepancy at the sender.

    Either site may say so once the rest has been received.
    """
    by.must(Permission.RECEIVE_STOCK)
    box = queries.transfer(transfer_id, by.site_id, lock=True)
    if box.state != "missing":
        raise told.not_now(box, "What is missing is known once the transfer has been received.")
    if not reason.strip():
        raise told.no_words("What is lost", "reason")
    lines = {line.row.id: line for line in queries.lines_of([box.id])[box.id]}
    line = _line(lines, line_id)
    if not line.row.outstanding:
        raise told.none_missing(line.lot)
    gone = line.row.outstanding
    movements = _lost(box, line, reason, at, by)
    line.row.lost += gone
    box.state = _state(lines.values())
    new = {"transfer": box.code, "line": line_id, "lost": gone, "state": box.state}
    record("stock.lose", box, by=by, at=at, new=new, reason=reason, movements=movements)
    db.session.flush()
    return box


def _coming(transfer_id: int, by: Actor) -> Transfer:
    box = queries.transfer(transfer_id, by.site_id, lock=True)
    if box.to_site_id != by.site_id:
        raise told.not_now(box, "The site that it is for receives it.")
    if box.state not in queries.AWAITED:
        raise told.not_now(box, "Nothing is left to receive.")
    return box


def _line(lines: dict[int, Packed], line_id: int) -> Packed:
    if line_id not in lines:
        raise Missing(f"No line {line_id}")
    return lines[line_id]


def _book(
    box: Transfer, line: Packed, one: Arrived, *, remark: str, at: datetime, by: Actor
) -> list[Movement]:
    if min(one.arrived, one.damaged) < 0 or one.arrived + one.damaged > line.row.outstanding:
        raise told.more_than_sent(line.lot, f"arrived_{line.row.id}")
    quarantine, document = queries.place(box.to_site_id, "quarantine"), ("transfer", box.id)
    movements: list[Movement] = []
    if one.arrived:
        target = quarantine if _is_stopped(box, line, at) else _shelf(box, line, one.place)
        keep_apart(line.lot.product, target, remark)
        movements += _bring(box, line, one.arrived, Way(target, "arrived", document, at, remark), by)
    if one.damaged:
        way = Way(quarantine, "damaged", document, at, remark)
        movements += _bring(box, line, one.damaged, way, by)
    line.row.arrived += one.arrived
    line.row.damaged += one.damaged
    if line.vial is not None:
        line.vial.site_id = box.to_site_id
    return movements


def _bring(box: Transfer, line: Packed, quantity: int, way: Way, by: Actor) -> list[Movement]:
    transit, at = queries.place(box.site_id, "in_transit"), way.occurred_at
    if line.vial is None:
        return write([Entry(line.lot, None, transit, quantity, way)], at=at, by=by)
    return write(everything_in(line.vial, transit, way, moves_on=True), at=at, by=by)


def _is_stopped(box: Transfer, line: Packed, at: datetime) -> bool:
    """Whether it is held, quarantined or expired by now, by the calendar of the site where it arrives."""
    stock = facts.stock_of(line.lot, line.vial, queries.place(box.site_id, "in_transit"), at)
    if stock is None:
        return False
    here = replace(stock, zone=accounts.site(box.to_site_id).zone)
    return any(finding.code in facts.STOPS_A_MOVE for finding in facts.usable_as_is(here, at))


def _shelf(box: Transfer, line: Packed, place: Place) -> Place:
    fits = SEALED_LIES_AT if line.vial is None else OPEN_LIES_AT
    if place.kind not in fits or place.site_id != box.to_site_id or not place.is_active:
        raise refusals.wrong_kind(place.name, "Choose another place.", f"place_{line.row.id}")
    return place


def _note(
    box: Transfer, lines: Iterable[Packed], tenths: int | None, *, remark: str, at: datetime, by: Actor
) -> None:
    """When and how it came; the first arrival's temperature stays, a later one adds its words."""
    if box.arrived_at is None:
        box.arrived_at, box.arrived_by_id = at, by.person_id
    if box.arrived_at_tenths is None:
        box.arrived_at_tenths = tenths
    box.remark = "; ".join(filter(None, (box.remark, remark.strip())))
    box.state = _state(lines)


def _state(lines: Iterable[Packed]) -> str:
    return "missing" if any(line.row.outstanding for line in lines) else "arrived"


def _parts(line: Packed) -> list[int]:
    return [line.row.arrived, line.row.damaged]


def _lost(box: Transfer, line: Packed, reason: str, at: datetime, by: Actor) -> list[Movement]:
    """From transit to lost-or-found, both of the sender, with what a pharmacist has to explain."""
    transit = queries.place(box.site_id, "in_transit")
    way = Way(queries.place(box.site_id, "lost_or_found"), "lost", ("transfer", box.id), at, reason)
    gone = line.row.outstanding
    entries = (
        [Entry(line.lot, None, transit, gone, way)]
        if line.vial is None
        else everything_in(line.vial, transit, way)
    )
    movements = write(entries, at=at, by=by)
    what = line.vial.code if line.vial else container_count(line.lot.product, gone)
    words = f"{what or 'A part'} of transfer {box.code} never arrived: {reason}"
    opened = {"lot_id": line.lot.id, "place_id": transit.id, "movement_id": movements[0].id}
    db.session.add(Discrepancy(**opened, quantity=movements[0].quantity, what=words, opened_at=at))
    return movements
