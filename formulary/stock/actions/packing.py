"""Packing for another site: what is to go, as yet on its shelf; nothing moves before it is sent."""

from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.accounts import queries as accounts
from formulary.accounts.actions import next_code
from formulary.audit import record
from formulary.db import Missing, db, once
from formulary.rules.facts import Container
from formulary.rules.lot_status import serves_one_patient
from formulary.stock import queries
from formulary.stock.actions.vials import content_now, where_is
from formulary.stock.labels import refusals
from formulary.stock.labels import transfer_refusals as told
from formulary.stock.models import Lot, Place, Transfer, TransferLine, Vial


@once
def pack_lot(
    lot: Lot, *, to_site_id: int, place: Place, quantity: int, at: datetime, by: Actor
) -> TransferLine:
    """Put sealed stock of a lot, in its steps, among what is packed for another site.

    Refuses one's own site, a place that is no shelf, nothing, and more than lies there. What may not go is
    refused when it is sent.
    """
    by.must(Permission.RECEIVE_STOCK)
    if place.kind != "storage" or place.site_id != by.site_id:
        raise refusals.wrong_kind(place.name, "Choose a shelf of this site.")
    if quantity <= 0:
        raise refusals.nothing_moves(lot.number, "containers")
    box = _box(to_site_id, at, by)
    line = _same(box, lot, place) or _line(box, lot, None, place, 0)
    line.quantity += quantity
    lies = sum(c.quantity for c in queries.contents(lot_id=lot.id, place_id=place.id))
    if line.quantity > lies:
        raise told.more_than_lies(lot, place, refusals.written(lot.quantity(lies), place.site_id))
    return _packed(line, lot.number, at, by)


@once
def pack_vial(vial: Vial, *, to_site_id: int, at: datetime, by: Actor) -> TransferLine:
    """Put an open vial with all in it among what is packed for another site.

    Only a multi-dose vial travels open; the others serve one patient and are not kept.
    """
    by.must(Permission.RECEIVE_STOCK)
    place = where_is(vial)
    if place.kind != "in_use" or place.site_id != by.site_id:
        raise refusals.wrong_kind(place.name, "Choose a vial that is in use here.")
    if serves_one_patient(Container(vial.lot.product.container)) or vial.opened_for_id is not None:
        raise told.for_one_patient(vial)
    if other := queries.packed_in(vial.id):
        raise told.packed_already(other, vial)
    line = _line(_box(to_site_id, at, by), vial.lot, vial, place, content_now(vial))
    return _packed(line, vial.code, at, by)


@once
def take_out(transfer_id: int, line_id: int, *, at: datetime, by: Actor) -> Transfer:
    """Take a line out of a box that is not sent yet."""
    by.must(Permission.RECEIVE_STOCK)
    box = queries.transfer(transfer_id, by.site_id, lock=True)
    if box.state != "packing":
        raise told.not_now(box, "Receive it, or cancel it, on its page.")
    line = next((one for one in queries.lines_of([box.id])[box.id] if one.row.id == line_id), None)
    if line is None:
        raise Missing(f"No line {line_id} in {box.code}")
    line.row.taken_out_at = at
    record("stock.take_out", box, by=by, at=at, new={"line": line_id, "lot": line.lot.number})
    db.session.flush()
    return box


def _box(to_site_id: int, at: datetime, by: Actor) -> Transfer:
    """The box for a site: the one that is being packed, or a new one."""
    site = accounts.site(to_site_id)
    if site.id == by.site_id:
        raise told.same_site(site)
    open_one = queries.packing(by.site_id, site.id)
    if open_one is not None:
        locked = queries.transfer(open_one.id, by.site_id, lock=True)
        if locked.state == "packing":
            return locked
    made = Transfer(
        code=next_code("TR"),
        site_id=by.site_id,
        to_site_id=site.id,
        opened_at=at,
        opened_by_id=by.person_id,
    )
    db.session.add(made)
    db.session.flush()
    return made


def _same(box: Transfer, lot: Lot, place: Place) -> TransferLine | None:
    """The line that packs of the same shelf already, so that a lot stands there once."""
    return next(
        (
            line.row
            for line in queries.lines_of([box.id])[box.id]
            if line.vial is None and (line.lot.id, line.place.id) == (lot.id, place.id)
        ),
        None,
    )


def _line(box: Transfer, lot: Lot, vial: Vial | None, place: Place, quantity: int) -> TransferLine:
    return TransferLine(
        transfer_id=box.id,
        lot_id=lot.id,
        vial_id=vial.id if vial else None,
        place_id=place.id,
        quantity=quantity,
    )


def _packed(line: TransferLine, name: str, at: datetime, by: Actor) -> TransferLine:
    db.session.add(line)
    db.session.flush()
    box = db.session.get_one(Transfer, line.transfer_id)
    record("stock.pack", box, by=by, at=at, new={"what": name, "quantity": line.quantity})
    return line
