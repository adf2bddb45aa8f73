"""Vials: of one's own site, by key or by the code on their label."""

from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from typing import Any

from sqlalchemy import bindparam

from formulary.catalogue.models import Product
from formulary.db import Missing, db, rows_of
from formulary.db.objects import columns, hang, made
from formulary.stock.models import Balance, Lot, Movement, Place, Vial

TRANSIT = db.select(Place.id).where(Place.kind == "in_transit")
ON_ITS_WAY = db.exists().where(
    Balance.vial_id == Vial.id, Balance.quantity > 0, Balance.place_id.in_(TRANSIT)
)
"""Of a vial: what is in it lies in transit, so that it stands at no site."""


def vial(vial_id: int, site_id: int | None = None) -> Vial:
    """One vial; Missing for another site's."""
    return _found("id", vial_id, site_id)


def vial_by_code(code: str, site_id: int | None = None) -> Vial:
    """The vial with this code on its label; Missing for another site's."""
    return _found("code", code, site_id)


def open_vials(site_id: int, lot_id: int | None = None) -> list[Vial]:
    """Vials that stand open at the site, earliest beyond-use date first, of one lot or of all.

    One that is on its way to another site stands at none.
    """
    query = db.select(Vial).filter_by(site_id=site_id, state="open").where(~ON_ITS_WAY)
    if lot_id is not None:
        query = query.filter_by(lot_id=lot_id)
    return list(db.session.scalars(query.order_by(Vial.beyond_use_at.nulls_first(), Vial.id)))


def labelled_vials(lot_id: int, site_id: int) -> list[Vial]:
    """Sealed vials of a lot that have a label of ours."""
    query = db.select(Vial).filter_by(lot_id=lot_id, site_id=site_id, state="sealed")
    return list(db.session.scalars(query.order_by(Vial.id)))


def has_used(vial: Vial, person_id: int) -> bool:
    """Whether this person opened the vial or took something from it."""
    moved = db.select(Movement.id).filter_by(vial_id=vial.id, by_id=person_id).limit(1)
    return vial.opened_by_id == person_id or db.session.scalar(moved) is not None


def _found(name: str, key: int | str, site_id: int | None) -> Vial:
    found = next((_with_its_lot(row) for row in rows_of(_by(name), key=key)), None)
    if found is None or site_id not in (None, found.site_id):
        raise Missing(f"No vial {key}")
    return found


def _with_its_lot(row: Sequence[Any]) -> Vial:
    parts = (VIAL, LOT, PRODUCT)
    ends = list(accumulate(map(len, parts)))
    vial, lot, product = (
        made(model, row[end - len(part) : end])
        for model, part, end in zip((Vial, Lot, Product), parts, ends, strict=True)
    )
    hang(lot, "product", product)
    hang(vial, "lot", lot)
    return vial


VIAL, LOT, PRODUCT = columns(Vial), columns(Lot), columns(Product)


@cache
def _by(name: str) -> Any:
    joined = db.select(*VIAL, *LOT, *PRODUCT).join(Lot, Lot.id == Vial.lot_id).join(Product)
    return joined.where(getattr(Vial, name) == bindparam("key"))
