"""Vials: of one's own site, by key or by the code on their label."""

from functools import cache
from typing import Any

from sqlalchemy import bindparam

from formulary.db import Missing, db
from formulary.stock.models import Balance, Movement, Place, Vial

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
    found: Vial | None = db.session.scalar(_by(name, site_id is not None), {"key": key, "site": site_id})
    if found is None:
        raise Missing(f"No vial {key}")
    return found


@cache
def _by(name: str, of_site: bool) -> Any:
    query = db.select(Vial).where(getattr(Vial, name) == bindparam("key"))
    return query.where(Vial.site_id == bindparam("site")) if of_site else query
