"""Movements as pages list them: of a lot or a vial, the newest first, with the names of their places."""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam

from formulary.db import db
from formulary.stock.models import Delivery, Lot, Movement, Place, Vial
from formulary.web.paging import Page, Window, page

MOVEMENTS_SIZE = 20
MILESTONES = (
    "received",
    "opening_balance",
    "released",
    "quarantined",
    "opened",
    "sent",
    "arrived",
    "damaged",
    "returned",
    "destroyed",
    "lost",
    "counted_less",
    "counted_more",
)


def movements_of_lot(lot_id: int, window: Window) -> Page:
    """One page of a lot's movements."""
    return page(
        db.select(Movement).filter_by(lot_id=lot_id), (Movement.id,), window=window, size=MOVEMENTS_SIZE
    )


def movements_of_vial(vial_id: int, window: Window) -> Page:
    """One page of a vial's movements, its diluent's among them."""
    query = db.select(Movement).filter_by(vial_id=vial_id)
    return page(query, (Movement.id,), window=window, size=MOVEMENTS_SIZE)


def last_receipt(lot_id: int, site_id: int) -> Movement | None:
    """The newest receipt of a lot at a site."""
    query = db.select(Movement).join(Place, Place.id == Movement.to_place_id)
    query = query.where(Movement.lot_id == lot_id, Movement.reason == "received", Place.site_id == site_id)
    return db.session.scalar(query.order_by(Movement.id.desc()).limit(1))


def first_came(lot_id: int) -> datetime | None:
    """When the first of a lot came; None where nothing of it is in the ledger."""
    return db.session.scalar(db.select(db.func.min(Movement.occurred_at)).filter_by(lot_id=lot_id))


def milestones(lot_id: int, most: int = 20) -> list[Movement]:
    """The newest movements that a person would tell of a lot: what came, what was opened, what went away."""
    query = db.select(Movement).where(Movement.lot_id == lot_id, Movement.reason.in_(MILESTONES))
    query = query.where(Movement.reverses_id.is_(None)).order_by(Movement.id.desc())
    return list(db.session.scalars(query.limit(most)))


def deliveries(ids: Collection[int]) -> list[Delivery]:
    """Deliveries by their keys."""
    return list(db.session.scalars(db.select(Delivery).where(Delivery.id.in_(ids))))


def places_by_id(ids: set[int]) -> dict[int, Place]:
    """Places by their keys."""
    return _by_id(Place, ids)


def vials_by_id(ids: set[int]) -> dict[int, Vial]:
    """Vials by their keys."""
    return _by_id(Vial, ids)


def opened_for(ref: str, site_id: int, lot_id: int) -> list[Vial]:
    """The containers of a lot that stand open for an act, the oldest first."""
    query = db.select(Vial).filter_by(site_id=site_id, lot_id=lot_id, state="open", opened_for_ref=ref)
    return list(db.session.scalars(query.order_by(Vial.id)))


def lots_by_id(ids: set[int]) -> dict[int, Lot]:
    """Lots by their keys."""
    return _by_id(Lot, ids)


def _by_id(table: Any, ids: set[int]) -> dict[int, Any]:
    if not ids:
        return {}
    return {row.id: row for row in db.session.scalars(_of_keys(table), {"ids": list(ids)})}


@cache
def _of_keys(table: Any) -> Any:
    return db.select(table).where(table.id.in_(bindparam("ids", expanding=True)))
