"""What lies where now: balance rows, and what is left in one vial."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Integer, bindparam

from formulary.accounts.models import Site
from formulary.db import db, rows_of
from formulary.db.objects import columns, made
from formulary.stock.models import Balance, Movement, Place, Vial


@dataclass(frozen=True)
class Content:
    """A quantity of a lot at a place, in the lot's steps; `vial_id` where it lies in an opened vial."""

    lot_id: int
    place_id: int
    vial_id: int | None
    quantity: int


@dataclass(frozen=True)
class Lying:
    """So much of a vial's own lot, in its steps, at a place."""

    place: Place
    quantity: int


def lying_in(vial: Vial) -> list[Lying]:
    """What is left of a vial's own lot in it, and where, in one query."""
    rows = rows_of(LYING_IN, vial_id=vial.id, lot_id=vial.lot_id)
    return [Lying(made(Place, place), quantity) for quantity, *place in rows]


LYING_IN = (
    db.select(Balance.quantity, *columns(Place))
    .join(Place, Place.id == Balance.place_id)
    .where(Balance.vial_id == bindparam("vial_id"), Balance.lot_id == bindparam("lot_id"))
    .where(Balance.quantity > 0)
    .order_by(Balance.id)
)
"""Made once: every draw asks it."""


def contents(
    *, vial_id: int | None = None, lot_id: int | None = None, place_id: int | None = None
) -> list[Content]:
    """Everything above zero in a vial, of a lot, at a place, or any of these together."""
    asked = {"vial_id": vial_id, "lot_id": lot_id, "place_id": place_id}
    told = {name: value for name, value in asked.items() if value is not None}
    return [Content(*row) for row in rows_of(_lying(tuple(told)), **told)]


@cache
def _lying(names: tuple[str, ...]) -> Any:
    query = db.select(Balance.lot_id, Balance.place_id, Balance.vial_id, Balance.quantity)
    query = query.where(Balance.quantity > 0).order_by(Balance.id)
    return query.where(*(getattr(Balance, name) == bindparam(name, type_=Integer) for name in names))


def holds_sealed(site_id: int, lot_id: int, quantity: int) -> Place | None:
    """A place of the site where so much of a lot lies sealed, a shelf before any other; None for none."""
    query = db.select(Place).join(Balance, Balance.place_id == Place.id)
    query = query.where(Place.site_id == site_id, Place.kind.in_(("storage", "quarantine")))
    query = query.where(
        Balance.lot_id == lot_id, Balance.vial_id.is_(None), Balance.quantity >= max(quantity, 1)
    )
    return db.session.scalars(query.order_by((Place.kind == "storage").desc(), Place.id).limit(1)).first()


def by_site(lot_id: int) -> dict[str, int]:
    """What lies of a lot at each site that has any, by the site's name."""
    query = db.select(Site.name, db.func.sum(Balance.quantity)).join(Place, Place.id == Balance.place_id)
    query = query.join(Site, Site.id == Place.site_id).where(Balance.lot_id == lot_id, Balance.quantity > 0)
    return {name: int(total) for name, total in db.session.execute(query.group_by(Site.name))}


def locked_quantity(place: Place, lot_id: int, vial_id: int | None) -> int:
    """What lies there, read with the row locked until the act ends; 0 where there is no row."""
    query = db.select(Balance.quantity).filter_by(place_id=place.id, lot_id=lot_id, vial_id=vial_id)
    return db.session.scalar(query.with_for_update()) or 0


def mixture_left(vials: Collection[Vial]) -> dict[int, int]:
    """The volume of solution left in each reconstituted vial, in nL, in one query."""
    mixed = {v.id: v.mixed_volume for v in vials if v.mixed_volume is not None}
    if not mixed:
        return {}
    gone = mixture_gone(mixed)
    return {key: volume - gone.get(key, 0) for key, volume in mixed.items()}


def mixture_gone(vial_ids: Collection[int]) -> dict[int, int]:
    """The volume of solution that has left each of these vials, reversals taken off."""
    signed = db.case((Movement.reverses_id.is_(None), Movement.mixture), else_=-Movement.mixture)
    query = db.select(Movement.vial_id, db.func.sum(signed)).group_by(Movement.vial_id)
    query = query.where(Movement.vial_id.in_(vial_ids), Movement.mixture.is_not(None))
    return {vial_id: int(total) for vial_id, total in db.session.execute(query)}


def volume_left(vial: Vial) -> int | None:
    """The volume that can still be drawn from a vial, in nL; None for a powder without its diluent."""
    if vial.mixed_volume is not None:
        return mixture_left([vial])[vial.id]
    if vial.lot.product.ledger != "volume":
        return None
    return sum(c.quantity for c in contents(vial_id=vial.id, lot_id=vial.lot_id))


def moved_since(movement: Movement) -> bool:
    """Whether the vial of this row has a later one, so that the row can no longer be undone as if it never
    was.
    """
    later = db.select(Movement.id).where(Movement.vial_id == movement.vial_id, Movement.id > movement.id)
    same_act = db.and_(
        Movement.recorded_at == movement.recorded_at, Movement.document_kind == movement.document_kind,
        Movement.document_id == movement.document_id, Movement.reverses_id.is_(None),
    )  # fmt: skip
    return db.session.scalar(later.where(db.not_(same_act)).limit(1)) is not None
