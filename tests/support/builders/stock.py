"""Lots with stock on the shelf, all of it through the ledger."""

from datetime import date
from typing import Any

from formulary import clock
from formulary.accounts import Actor, Role
from formulary.accounts.models import Site
from formulary.audit import record
from formulary.catalogue.models import Product
from formulary.db import db
from formulary.rules.lot_status import near, normalise
from formulary.stock import queries
from formulary.stock.actions import ledger
from formulary.stock.models import Delivery, Lot, Movement, Place
from tests.support.builders.accounts import an_actor, the_site
from tests.support.builders.base import act, fresh, saved
from tests.support.builders.catalogue import a_product


@act()
def a_lot(
    product: Product | None = None, *, containers: int = 3, site: Site | None = None, **columns: Any
) -> Lot:
    """A lot that expires on 30 Nov 2027, with three full containers on the shelf of the site (Paris)."""
    product = product or a_product()
    number = columns.pop("number", None) or fresh("LOT").replace(" ", "")
    row = {
        "product_id": product.id,
        "maker": product.maker,
        "number": number,
        "normalised": normalise(number),
        "near": near(number),
        "expires_on": date(2027, 11, 30),
        "created_at": clock.now(),
    }
    lot = saved(Lot(**row | columns))
    if containers:
        some_stock(lot, containers * (product.content or 0), site=site)
    return lot


@act()
def some_stock(lot: Lot, quantity: int, *, site: Site | None = None, kind: str = "storage") -> Movement:
    """Bring in so many steps of a lot, from the supplier to a place of this kind at the site."""
    where = site or the_site()
    by, at = an_actor(where, Role.PHARMACIST), clock.now()
    delivery = saved(Delivery(site_id=where.id, received_at=at, received_by_id=by.person_id))
    movement = ledger.post(
        lot=lot,
        source=queries.place(where.id, "supplier"),
        target=queries.place(where.id, kind),
        quantity=quantity,
        reason="received",
        document=("delivery", delivery.id),
        occurred_at=at,
        at=at,
        by=by,
    )
    record("stock.receive", lot, by=by, at=at, new={"quantity": quantity}, movements=[movement])
    return movement


def the_place(kind: str = "storage", site: Site | None = None) -> Place:
    """The site's place of a kind."""
    return queries.place((site or the_site()).id, kind)


def pharmacist_of(site: Site) -> Actor:
    """A pharmacist of the site."""
    return an_actor(site, Role.PHARMACIST)


def on_hand(lot: Lot) -> int:
    """The steps of a lot that lie on shelves, by the ledger: what came to storage less what left it."""
    shelf = db.select(Place.id).filter_by(kind="storage")
    came = db.select(db.func.coalesce(db.func.sum(Movement.quantity), 0)).where(
        Movement.lot_id == lot.id, Movement.to_place_id.in_(shelf)
    )
    went = db.select(db.func.coalesce(db.func.sum(Movement.quantity), 0)).where(
        Movement.lot_id == lot.id, Movement.from_place_id.in_(shelf)
    )
    return int(db.session.scalar(came)) - int(db.session.scalar(went))
