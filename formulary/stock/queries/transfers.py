"""Transfers between sites: seen by the sender and by the receiver, with their lines."""

from collections.abc import Collection
from dataclasses import dataclass

from formulary.accounts.models import Site
from formulary.db import FRESH, Missing, db
from formulary.stock.models import Lot, Place, Transfer, TransferLine, Vial
from formulary.web.paging import Page, Window, page

TRANSFERS_SIZE = 50
UNDER_WAY = ("packing", "sent", "missing")
AWAITED = ("sent", "missing")
OVER = ("arrived", "cancelled", "lost")


@dataclass(frozen=True)
class Packed:
    """A line of a transfer with what it names."""

    row: TransferLine
    lot: Lot
    vial: Vial | None
    place: Place


def transfer(transfer_id: int, site_id: int, *, lock: bool = False) -> Transfer:
    """One transfer from or to the site; Missing for others', and for one that is not sent to it yet.

    With `lock` it is taken until the act ends, and read as it stands then.
    """
    mine = db.or_(
        Transfer.site_id == site_id, db.and_(Transfer.to_site_id == site_id, Transfer.sent_at.is_not(None))
    )
    query = db.select(Transfer).where(Transfer.id == transfer_id, mine)
    found = db.session.scalar(query.with_for_update().execution_options(**FRESH) if lock else query)
    if found is None:
        raise Missing(f"No transfer {transfer_id}")
    return found


def packing(site_id: int, to_site_id: int) -> Transfer | None:
    """What is being packed at a site for another; None while nothing is."""
    return db.session.scalar(
        db.select(Transfer).filter_by(site_id=site_id, to_site_id=to_site_id, state="packing")
    )


def lines_of(transfer_ids: Collection[int]) -> dict[int, list[Packed]]:
    """The lines of these transfers, without those that were taken out; one query for all."""
    query = db.select(TransferLine, Lot, Vial, Place).join(Lot, Lot.id == TransferLine.lot_id)
    query = query.join(Place, Place.id == TransferLine.place_id)
    query = query.outerjoin(Vial, Vial.id == TransferLine.vial_id)
    query = query.where(TransferLine.transfer_id.in_(transfer_ids), TransferLine.taken_out_at.is_(None))
    found: dict[int, list[Packed]] = {key: [] for key in transfer_ids}
    query = query.order_by(TransferLine.id).execution_options(**FRESH)
    for row in db.session.execute(query) if transfer_ids else ():
        found[row.TransferLine.transfer_id].append(Packed(*row))
    return found


def packed_in(vial_id: int) -> Transfer | None:
    """The transfer in which an open vial is packed and not yet sent."""
    query = db.select(Transfer).join(TransferLine, TransferLine.transfer_id == Transfer.id)
    here = (TransferLine.vial_id == vial_id, TransferLine.taken_out_at.is_(None), Transfer.state == "packing")
    return db.session.scalar(query.where(*here))


def travels_in(vial_id: int) -> Transfer | None:
    """The transfer with which an open vial is on its way; None while it stands at a site."""
    left = TransferLine.quantity - TransferLine.arrived - TransferLine.damaged - TransferLine.lost
    query = db.select(Transfer).join(TransferLine, TransferLine.transfer_id == Transfer.id)
    here = (TransferLine.vial_id == vial_id, TransferLine.taken_out_at.is_(None), left > 0)
    return db.session.scalar(query.where(*here, Transfer.state.in_(AWAITED)).order_by(Transfer.id.desc()))


def under_way(site_id: int) -> list[Transfer]:
    """What a site packs, has sent and waits for, the oldest first."""
    ours = db.and_(Transfer.site_id == site_id, Transfer.state.in_(UNDER_WAY))
    theirs = db.and_(Transfer.to_site_id == site_id, Transfer.state.in_(AWAITED))
    return list(db.session.scalars(db.select(Transfer).where(db.or_(ours, theirs)).order_by(Transfer.id)))


def ended_transfers(site_id: int, window: Window) -> Page:
    """The transfers from and to a site that are over, the newest first."""
    mine = db.or_(
        Transfer.site_id == site_id, db.and_(Transfer.to_site_id == site_id, Transfer.sent_at.is_not(None))
    )
    query = db.select(Transfer).where(mine, Transfer.state.in_(OVER))
    return page(query, (Transfer.id,), window=window, size=TRANSFERS_SIZE)


def awaited(site_id: int) -> list[Transfer]:
    """What has been sent to a site and is not received in full."""
    query = db.select(Transfer).where(Transfer.to_site_id == site_id, Transfer.state.in_(AWAITED))
    return list(db.session.scalars(query.order_by(Transfer.id)))


def awaited_by_product(site_id: int) -> dict[int, dict[str, int]]:
    """What is on its way to a site, sealed: steps by product and by the code of the transfer."""
    sent = {row.id: row.code for row in awaited(site_id)}
    found: dict[int, dict[str, int]] = {}
    for transfer_id, lines in lines_of(sent).items():
        for line in lines:
            if line.vial is None and line.row.outstanding:
                of = found.setdefault(line.lot.product_id, {})
                of[sent[transfer_id]] = of.get(sent[transfer_id], 0) + line.row.outstanding
    return found


def transfer_by_code(code: str, site_id: int) -> Transfer | None:
    """The transfer that a slip names, where the site sends or receives it."""
    found = db.session.scalar(db.select(Transfer).filter_by(code=code))
    if found is None or not (found.site_id == site_id or (found.to_site_id == site_id and found.sent_at)):
        return None
    return found


def transfers(ids: Collection[int]) -> list[Transfer]:
    """Transfers by their keys."""
    return list(db.session.scalars(db.select(Transfer).where(Transfer.id.in_(ids))))


def other_sites(site_id: int) -> list[Site]:
    """Where a site can send something, by name."""
    return list(db.session.scalars(db.select(Site).where(Site.id != site_id).order_by(Site.name)))
