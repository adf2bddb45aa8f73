"""What went back to suppliers."""

from collections.abc import Collection
from datetime import datetime

from formulary.db import Missing, db
from formulary.stock.models import Movement, SupplierReturn
from formulary.web.paging import Page, Window, page

RETURNS_SIZE = 50


def supplier_return(return_id: int, site_id: int) -> SupplierReturn:
    """One return of the site; Missing for another site's."""
    found = db.session.scalar(db.select(SupplierReturn).filter_by(id=return_id, site_id=site_id))
    if found is None:
        raise Missing(f"No return {return_id}")
    return found


def returns(site_id: int, window: Window) -> Page:
    """One page of the returns of a site, the newest first."""
    query = db.select(SupplierReturn).filter_by(site_id=site_id)
    return page(query, (SupplierReturn.id,), window=window, size=RETURNS_SIZE)


def sent_with(row: SupplierReturn, begin: datetime, end: datetime) -> list[SupplierReturn]:
    """What went back to the same supplier between two instants and was not undone, with this one.

    One whose supplier nobody knows goes alone.
    """
    same = {"site_id": row.site_id, "supplier": row.supplier}
    query = db.select(SupplierReturn).filter_by(**same).order_by(SupplierReturn.id)
    query = query.where(SupplierReturn.at >= begin, SupplierReturn.at < end)
    rows = list(db.session.scalars(query)) if row.supplier else [row]
    undone = undone_returns([one.id for one in rows])
    return [one for one in rows if one.id not in undone]


def returns_by_id(ids: Collection[int]) -> list[SupplierReturn]:
    """Returns by their keys."""
    return list(db.session.scalars(db.select(SupplierReturn).where(SupplierReturn.id.in_(ids))))


def went_back_with(delivery_id: int) -> int:
    """How much went back with a delivery, in the lot's steps; what was undone is left out."""
    rows = list(db.session.scalars(db.select(SupplierReturn).filter_by(delivery_id=delivery_id)))
    undone = undone_returns([row.id for row in rows])
    return sum(row.quantity for row in rows if row.id not in undone)


def undone_returns(ids: Collection[int]) -> set[int]:
    """Those of these returns that were undone."""
    query = db.select(Movement.document_id).where(Movement.document_kind == "return")
    query = query.where(Movement.document_id.in_(ids), Movement.reverses_id.is_not(None))
    return {number for number in db.session.scalars(query) if number is not None} if ids else set()
