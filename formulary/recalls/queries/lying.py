"""Buckets G and H: what lies where of these lots: sealed, and in vials that were opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import aliased

from formulary.accounts.models import Site
from formulary.catalogue.models import Product
from formulary.db import db
from formulary.db.bare import plain_rows
from formulary.db.prepared import values, whole, word
from formulary.stock.models import Balance, Lot, Place, Vial


@dataclass(frozen=True)
class Lying:
    """So much of a lot at a place, in the lot's steps; in an opened vial with its code and clocks.

    `mixed_into` is the product of the vial where the lot is its diluent.
    """

    lot_id: int
    kind: str
    place: str
    site: str
    quantity: int
    vial_id: int | None = None
    vial: str = ""
    vial_lot_id: int | None = None
    opened_at: datetime | None = None
    beyond_use_at: datetime | None = None
    mixed_into: str = ""
    place_id: int = 0

    @property
    def is_open(self) -> bool:
        """Whether it lies in a vial that was opened."""
        return self.vial_id is not None


Own, Ware = aliased(Lot), aliased(Product)
"""The lot of a vial, and its product."""


def lying(lot_ids: Sequence[int]) -> tuple[Lying, ...]:
    """Everything above zero of these lots, at every site, by site, place and vial."""
    return tuple(_of(*row) for row in plain_rows(_above_zero(), {"lots": list(lot_ids)}))


@cache
def _above_zero() -> Select[Any]:
    columns = (Balance.lot_id, Place.kind, Place.name, Site.name, Balance.quantity)
    vial = (Place.id, Vial.id, Vial.code, Vial.lot_id, Vial.opened_at, Vial.beyond_use_at, Ware.name)
    query = db.select(*columns, *vial).join(Place, Balance.place_id == Place.id)
    query = query.join(Site, Place.site_id == Site.id)
    query = query.outerjoin(Vial, db.and_(Vial.id == Balance.vial_id, Vial.state != word("sealed")))
    query = query.outerjoin(Own, Own.id == Vial.lot_id).outerjoin(Ware, Ware.id == Own.product_id)
    query = query.where(Balance.lot_id.in_(values("lots")), Balance.quantity > whole(0))
    query = query.where(Place.kind != word("preparation"))
    return query.order_by(Site.name, Place.name, Vial.code, Balance.id)


def _of(lot_id: int, kind: str, place: str, site: str, quantity: int, *vial: object) -> Lying:
    place_id, vial_id, code, own_lot, opened_at, beyond_use_at, product = vial
    if vial_id is None:
        return Lying(lot_id, kind, place, site, quantity, place_id=place_id)  # type: ignore[arg-type]
    mixed = product if own_lot != lot_id else ""
    found = (vial_id, code, own_lot, opened_at, beyond_use_at, mixed, place_id)
    return Lying(lot_id, kind, place, site, quantity, *found)  # type: ignore[arg-type]
