"""A transfer arrives: what came whole and what came damaged; the rest stays in transit."""

from collections.abc import Iterable, Sequence
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
from formulary.stock.actions.own_labels import bring_labels
from formulary.stock.actions.wasting import everything_in
from formulary.stock.labels import refusals
from formulary.stock.labels import transfer_refusals as told
from formulary.stock.models import Place, Transfer
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
    labels: Sequence[str] = (),
    at: datetime,
    by: Actor,
) -> Transfer:
    """Book in what came of a transfer, and more of it later; the rest stays in transit and is missing.

    What is held, in quarantine or expired by now goes to quarantine, and so does what came damaged.
    `arrived_at_tenths` are tenths of a degree Celsius, `labels` the codes of our own labels on sealed
    containers that came, now or with an earlier part: they belong to this site from then on. Refuses more
    than is on its way, an arrival of nothing, and a shelf with what it must never lie beside, unless the
    remark says how they are kept apart.
    """
    by.must(Permission.RECEIVE_STOCK)
    box = _coming(transfer_id, by)
    lines = {line.row.id: line for line in queries.lines_of([box.id])[box.id]}
    found = [(line_of(lines, one.line_id), one) for one in came if one.arrived or one.damaged]
    if not found:
        raise told.nothing_arrived(box)
    old = {"state": box.state, "lines": {line.row.id: _parts(line) for line, _ in found}}
    old |= {"remark": box.remark, "tenths": box.arrived_at_tenths}
    entries = [entry for line, one in found for entry in _book(box, line, one, remark=remark, at=at)]
    movements = write(entries, at=at, by=by)
    sealed = [(p.lot, p.row.arrived + p.row.damaged) for p in lines.values() if p.vial is None]
    brought = bring_labels(box, sealed, labels)
    _note(box, lines.values(), arrived_at_tenths, remark=remark, at=at, by=by)
    new = {"transfer": box.code, "lines": {line.row.id: _parts(line) for line, _ in found}}
    new |= {"state": box.state, "arrived_at_tenths": arrived_at_tenths}
    new |= {"labels": [vial.id for vial in brought]} if brought else {}
    record("stock.receive_transfer", box, by=by, at=at, old=old, new=new, reason=remark, movements=movements)
    db.session.flush()
    return box


def _coming(transfer_id: int, by: Actor) -> Transfer:
    box = queries.transfer(transfer_id, by.site_id, lock=True)
    if box.to_site_id != by.site_id:
        raise told.not_now(box, "The site that it is for receives it.")
    if box.state not in queries.AWAITED:
        raise told.not_now(box, "Nothing is left to receive.")
    return box


def line_of(lines: dict[int, Packed], line_id: int) -> Packed:
    """A line of a box; Missing where it is none."""
    if line_id not in lines:
        raise Missing(f"No line {line_id}")
    return lines[line_id]


def _book(box: Transfer, line: Packed, one: Arrived, *, remark: str, at: datetime) -> list[Entry]:
    _is_possible(line, one)
    quarantine, document = queries.place(box.to_site_id, "quarantine"), ("transfer", box.id)
    entries: list[Entry] = []
    if one.arrived:
        target = quarantine if _is_stopped(box, line, at) else _shelf(box, line, one.place)
        keep_apart(line.lot.product, target, remark)
        entries += in_transit(box, line, one.arrived, Way(target, "arrived", document, at, remark))
    if one.damaged:
        entries += in_transit(box, line, one.damaged, Way(quarantine, "damaged", document, at, remark))
    line.row.arrived += one.arrived
    line.row.damaged += one.damaged
    if line.vial is not None:
        line.vial.site_id = box.to_site_id
    return entries


def _is_possible(line: Packed, one: Arrived) -> None:
    came, left = one.arrived + one.damaged, line.row.outstanding
    if min(one.arrived, one.damaged) < 0 or came > left:
        raise told.more_than_sent(line.lot, f"arrived_{line.row.id}")
    if line.vial is not None and (came != left or (one.arrived and one.damaged)):
        raise told.whole_vial(line.vial, f"arrived_{line.row.id}")


def in_transit(box: Transfer, line: Packed, quantity: int, way: Way, *, moves_on: bool = True) -> list[Entry]:
    """So much of a line on its way out of transit, of a vial all that is in it.

    Refuses a vial of which something else lies in transit than the line still has to bring.
    """
    transit = queries.place(box.site_id, "in_transit")
    if line.vial is None:
        return [Entry(line.lot, None, transit, quantity, way)]
    lies = queries.contents(vial_id=line.vial.id, lot_id=line.lot.id, place_id=transit.id)
    if sum(c.quantity for c in lies) != line.row.outstanding:
        raise told.not_in_transit(box, f"vial {line.vial.code}")
    return everything_in(line.vial, transit, way, moves_on=moves_on)


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
    box.state = state_of(box, lines)


def state_of(box: Transfer, lines: Iterable[Packed]) -> str:
    """How a transfer stands that was sent: on its way, received with something missing, over, or all lost."""
    if any(line.row.outstanding for line in lines):
        return "missing" if box.arrived_at else "sent"
    return "arrived" if box.arrived_at else "lost"


def _parts(line: Packed) -> list[int]:
    return [line.row.arrived, line.row.damaged]
