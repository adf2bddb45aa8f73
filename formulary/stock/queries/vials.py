"""Vials: of one's own site, by key or by the code on their label."""

from formulary.db import Missing, db
from formulary.stock.models import Balance, Movement, Place, Vial

TRANSIT = db.select(Place.id).where(Place.kind == "in_transit")
ON_ITS_WAY = db.exists().where(
    Balance.vial_id == Vial.id, Balance.quantity > 0, Balance.place_id.in_(TRANSIT)
)
"""Of a vial: what is in it lies in transit, so that it stands at no site."""


def vial(vial_id: int, site_id: int | None = None) -> Vial:
    """One vial; Missing for another site's."""
    return _found(Vial.id == vial_id, site_id, f"No vial {vial_id}")


def vial_by_code(code: str, site_id: int | None = None) -> Vial:
    """The vial with this code on its label; Missing for another site's."""
    return _found(Vial.code == code, site_id, f"No vial {code}")


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


def _found(condition: object, site_id: int | None, otherwise: str) -> Vial:
    query = db.select(Vial).where(condition)
    if site_id is not None:
        query = query.filter_by(site_id=site_id)
    found = db.session.scalar(query)
    if found is None:
        raise Missing(otherwise)
    return found
