"""What lies in the waste of a site, by bin, and the certificates of what was destroyed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formulary.db import Missing, db
from formulary.stock.models import Disposal, Lot, Movement, Wasted, WasteStream
from formulary.web.paging import Page, Window, page

DISPOSALS_SIZE = 50


@dataclass(frozen=True)
class Thrown:
    """So much of a lot in a bin, for one reason, out of one kind of container."""

    stream_id: int | None
    lot: Lot
    reason: str
    container: str
    quantity: int


def streams(site_id: int, *, inactive: bool = False) -> list[WasteStream]:
    """The bins of a site, by name."""
    query = db.select(WasteStream).filter_by(site_id=site_id).order_by(WasteStream.name)
    return list(db.session.scalars(query if inactive else query.where(WasteStream.is_active)))


def stream(stream_id: int, site_id: int) -> WasteStream:
    """One bin of the site; Missing for another site's."""
    found = db.session.scalar(db.select(WasteStream).filter_by(id=stream_id, site_id=site_id))
    if found is None:
        raise Missing(f"No stream {stream_id}")
    return found


def waiting_waste(site_id: int) -> list[Thrown]:
    """What lies in the waste of a site and is not destroyed."""
    here = (Wasted.site_id == site_id, Wasted.disposal_id.is_(None), ~Wasted.is_undone)
    return _thrown(*here)


def destroyed_with(disposal_id: int) -> list[Thrown]:
    """What a certificate lists."""
    return _thrown(Wasted.disposal_id == disposal_id)


def wasted_since(site_id: int, since: datetime) -> list[Thrown]:
    """What was wasted at a site since then, destroyed or not."""
    return _thrown(Wasted.site_id == site_id, Wasted.at >= since, ~Wasted.is_undone)


def waiting_rows(site_id: int, stream_id: int | None) -> list[tuple[Wasted, Movement]]:
    """The rows of one bin that wait, taken until the act ends."""
    query = db.select(Wasted, Movement).join(Movement, Movement.id == Wasted.movement_id)
    rows = db.session.execute(
        query.where(*_waits(site_id, stream_id)).order_by(Wasted.id).with_for_update(of=Wasted)
    )
    return [(row.Wasted, row.Movement) for row in rows]


def newest_waiting(site_id: int, stream_id: int | None) -> int | None:
    """The newest waste that waits in one bin; None where nothing does."""
    query = db.select(db.func.max(Wasted.id)).where(*_waits(site_id, stream_id))
    newest: int | None = db.session.scalar(query)
    return newest


def disposal(disposal_id: int, site_id: int) -> Disposal:
    """One certificate of the site; Missing for another site's."""
    found = db.session.scalar(db.select(Disposal).filter_by(id=disposal_id, site_id=site_id))
    if found is None:
        raise Missing(f"No disposal {disposal_id}")
    return found


def disposals(site_id: int, window: Window) -> Page:
    """One page of the certificates of a site, the newest first."""
    query = db.select(Disposal).filter_by(site_id=site_id)
    return page(query, (Disposal.id,), window=window, size=DISPOSALS_SIZE)


def disposals_by_id(ids: Collection[int]) -> list[Disposal]:
    """Certificates by their keys."""
    return list(db.session.scalars(db.select(Disposal).where(Disposal.id.in_(ids))))


def _waits(site_id: int, stream_id: int | None) -> tuple[Any, ...]:
    here = Wasted.stream_id.is_(None) if stream_id is None else Wasted.stream_id == stream_id
    return Wasted.site_id == site_id, here, Wasted.disposal_id.is_(None), ~Wasted.is_undone


def _thrown(*conditions: Any) -> list[Thrown]:
    by = (Wasted.stream_id, Movement.lot_id, Movement.reason, Wasted.container)
    query = db.select(*by, db.func.sum(Movement.quantity)).select_from(Wasted)
    query = query.join(Movement, Movement.id == Wasted.movement_id).where(*conditions).group_by(*by)
    rows = db.session.execute(query.order_by(Movement.lot_id, Movement.reason, Wasted.container)).all()
    lots = {lot.id: lot for lot in db.session.scalars(db.select(Lot).where(Lot.id.in_({r[1] for r in rows})))}
    return [Thrown(row[0], lots[row[1]], row[2], row[3], int(row[4])) for row in rows]
