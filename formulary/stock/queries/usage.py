"""How fast a site uses its products: what was drawn, given or left over of them, by day."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import aliased

from formulary.db import db
from formulary.stock.models import Balance, Lot, Movement, Place

WINDOW = timedelta(days=90)
LEAST = timedelta(days=14)
"""Of a product that has been here for less nobody can say how fast it is used."""
KEPT = ("storage", "quarantine", "in_use")
Undoing = aliased(Movement)
USED = ("preparation", "patient", "patch_test")


@dataclass(frozen=True)
class Usage:
    """What a site used of a product, in the steps of its lots, over so many days from `since` on."""

    drawn: int
    wasted: int
    days: int
    since: datetime

    @property
    def used(self) -> int:
        """What was drawn, and what was wasted of open vials."""
        return self.drawn + self.wasted

    @property
    def per_day(self) -> Fraction:
        """Steps a day, exactly; 0 where nothing was used."""
        return Fraction(self.used, self.days)


def usage(
    site_id: int, product_ids: Collection[int], at: datetime, *, window: timedelta = WINDOW
) -> dict[int, Usage]:
    """What the site used of these products in the `window` before `at`, whatever their number in three
    queries.

    Used is what went from its stock into a preparation, a patient or a patch test, and what was wasted of
    its open vials; a late entry counts when it happened, what was undone not at all. Waste of sealed stock,
    transfers, returns and counts are no use. A product that has been here for less than the window is
    measured from its first day, one that has been here for less than a fortnight is left out: its usage is
    not known.
    """
    if not product_ids:
        return {}
    here, used = _here_since(site_id, product_ids), _used(site_id, product_ids, at, window)
    found = {}
    for product_id in here.keys() | used.keys():
        drawn, wasted, first = used.get(product_id, (0, 0, at))
        since = max(at - window, min(here.get(product_id, at), first))
        if at - since >= LEAST:
            found[product_id] = Usage(drawn, wasted, (at - since).days, since)
    return found


def _here_since(site_id: int, product_ids: Collection[int]) -> dict[int, datetime]:
    """When the first of each product came to the site, by the first that was recorded of each lot."""
    there = db.select(Balance.lot_id, Balance.place_id, Lot.product_id).join(Lot, Lot.id == Balance.lot_id)
    there = there.where(Lot.product_id.in_(product_ids), Balance.place_id.in_(_places(site_id, KEPT)))
    lay = there.distinct().subquery()
    came = db.select(Movement.occurred_at).where(
        Movement.lot_id == lay.c.lot_id, Movement.to_place_id == lay.c.place_id, *_stands()
    )
    first = came.order_by(Movement.id).limit(1).scalar_subquery()
    query = db.select(lay.c.product_id, db.func.min(first)).group_by(lay.c.product_id)
    return {product_id: since for product_id, since in db.session.execute(query) if since is not None}


def _stands() -> tuple[Any, ...]:
    """The conditions that a movement is no reversal, and was not reversed."""
    return Movement.reverses_id.is_(None), ~db.exists().where(Undoing.reverses_id == Movement.id)


def _used(
    site_id: int, product_ids: Collection[int], at: datetime, window: timedelta
) -> dict[int, tuple[int, int, datetime]]:
    """The steps drawn and wasted, and the first time of it, by product."""
    source, target = Movement.from_place_id, Movement.to_place_id
    is_waste = target.in_(_places(site_id, ("waste",)))
    drawn = db.func.sum(db.case((is_waste, 0), else_=Movement.quantity))
    wasted = db.func.sum(db.case((is_waste, Movement.quantity), else_=0))
    query = db.select(Lot.product_id, drawn, wasted, db.func.min(Movement.occurred_at))
    query = query.join(Lot, Lot.id == Movement.lot_id).where(
        Movement.occurred_at > at - window, Movement.occurred_at <= at, Lot.product_id.in_(product_ids)
    )
    query = query.where(_uses(site_id, source, target), *_stands())
    rows = db.session.execute(query.group_by(Lot.product_id))
    return {row[0]: (int(row[1]), int(row[2]), row[3]) for row in rows}


def _uses(site_id: int, source: Any, target: Any) -> Any:
    used = db.and_(source.in_(_places(site_id, KEPT)), target.in_(_places(site_id, USED)))
    left_over = db.and_(source.in_(_places(site_id, ("in_use",))), target.in_(_places(site_id, ("waste",))))
    return db.or_(used, left_over)


def _places(site_id: int, kinds: Collection[str]) -> Any:
    return db.select(Place.id).where(Place.site_id == site_id, Place.kind.in_(kinds))
