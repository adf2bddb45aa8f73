"""What is on its way from site to site, and what was lost on it: with which transfer, and where to."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import aliased

from formulary.accounts.models import Site
from formulary.db import db
from formulary.recalls.queries.lying import Lying
from formulary.stock.models import Movement, Place, Transfer, TransferLine, Vial
from formulary.stock.queries import AWAITED

Sender = aliased(Site)


@dataclass(frozen=True)
class Box:
    """So much of a lot, in its steps, that a transfer still has to bring; of a vial all that is in it."""

    lot_id: int
    vial_id: int | None
    place_id: int
    words: str
    quantity: int


def named(rows: Sequence[Lying]) -> tuple[Lying, ...]:
    """These rows, those in transit split by transfer, each with its number and where it goes."""
    if not any(row.kind == "in_transit" for row in rows):
        return tuple(rows)
    boxes = _boxes({row.lot_id for row in rows}, {row.vial_id for row in rows if row.vial_id is not None})
    return tuple(part for row in rows for part in _parts(row, boxes))


def lost(lot_ids: Sequence[int]) -> tuple[Lying, ...]:
    """What of these lots was lost on the way and has not turned up, by transfer and vial."""
    sign = db.case((Movement.reverses_id.is_(None), 1), else_=-1)
    gone = db.func.sum(sign * Movement.quantity)
    by = (Movement.lot_id, Sender.name, Transfer.code, Site.name, Vial.id, Vial.code, Vial.lot_id)
    query = db.select(*by, gone).join(Transfer, Transfer.id == Movement.document_id)
    query = query.join(Sender, Sender.id == Transfer.site_id).join(Site, Site.id == Transfer.to_site_id)
    query = query.outerjoin(Vial, Vial.id == Movement.vial_id)
    query = query.where(Movement.lot_id.in_(lot_ids), Movement.reason == "lost")
    query = query.where(Movement.document_kind == "transfer").group_by(*by).having(gone > 0)
    return tuple(_lost(row) for row in db.session.execute(query.order_by(Transfer.code, Vial.code)))


def _lost(row: Any) -> Lying:
    lot_id, site, code, to_site, vial_id, vial, own_lot, quantity = row
    place = f"lost on the way, {code} to {to_site}"
    told = {"vial_id": vial_id, "vial": vial or "", "vial_lot_id": own_lot}
    return Lying(lot_id, "lost_or_found", place, site, int(quantity), **told)


def _boxes(lot_ids: Iterable[int], vial_ids: Iterable[int]) -> list[Box]:
    left = TransferLine.quantity - TransferLine.arrived - TransferLine.damaged - TransferLine.lost
    columns = (TransferLine.lot_id, TransferLine.vial_id, Place.id, Transfer.code, Site.name, left)
    query = db.select(*columns).select_from(TransferLine)
    query = query.join(Transfer, Transfer.id == TransferLine.transfer_id)
    query = query.join(Site, Site.id == Transfer.to_site_id)
    query = query.join(Place, db.and_(Place.site_id == Transfer.site_id, Place.kind == "in_transit"))
    ours = db.or_(TransferLine.lot_id.in_(lot_ids), TransferLine.vial_id.in_(vial_ids))
    query = query.where(ours, Transfer.state.in_(AWAITED), TransferLine.taken_out_at.is_(None), left > 0)
    rows = db.session.execute(query.order_by(Transfer.id, TransferLine.id))
    return [
        Box(lot, vial, place, f"{code} to {to_site}", int(n)) for lot, vial, place, code, to_site, n in rows
    ]


def _parts(row: Lying, boxes: Iterable[Box]) -> Iterator[Lying]:
    """What lies in transit by box; what no box accounts for stays as it is."""
    rest = row.quantity
    for box in boxes if row.kind == "in_transit" else ():
        if box.place_id != row.place_id or box.vial_id != row.vial_id or not rest:
            continue
        if row.vial_id is None and box.lot_id != row.lot_id:
            continue
        part = rest if row.vial_id is not None else min(rest, box.quantity)
        yield replace(row, place=f"{row.place}, {box.words}", quantity=part)
        rest -= part
    if rest:
        yield replace(row, quantity=rest)
