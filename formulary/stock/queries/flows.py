"""What came to a site and went from it of one product, hour by hour, summed in the database."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import String, type_coerce

from formulary.db import db
from formulary.stock.models import Balance, Lot, Movement, Place

KEPT = ("storage", "quarantine", "in_use")
HOUR_FORMAT = "%Y-%m-%d %H"
RECEIPTS = ("received", "opening_balance")
COUNTED = ("counted_less", "counted_more")


@dataclass(frozen=True)
class Flow:
    """What happened in one hour, in the product's steps: what came, what went, and how many rows were a
    receipt, a count's correction, an entry made later than it happened.
    """

    hour: datetime
    came: int
    went: int
    receipts: int
    counts: int
    late: int


def flows(site_id: int, product_id: int, since: datetime, until: datetime) -> list[Flow]:
    """The hours after `since` in which anything came or went, the oldest first; one query.

    A move from shelf to shelf, an opening, and putting into quarantine neither come nor go. What was undone
    goes when it was undone.
    """
    kept = list(_places(site_id, KEPT))
    into, out = Movement.to_place_id.in_(kept), Movement.from_place_id.in_(kept)
    hour = _hour_of(Movement.occurred_at)
    query = db.select(
        hour,
        _sum(db.and_(into, ~out), Movement.quantity),
        _sum(db.and_(out, ~into), Movement.quantity),
        _sum(db.and_(into, Movement.reason.in_(RECEIPTS)), 1),
        _sum(Movement.reason.in_(COUNTED), 1),
        _sum(Movement.recorded_at > Movement.occurred_at, 1),
    )
    query = query.join(Lot, Lot.id == Movement.lot_id).where(
        Lot.product_id == product_id, Movement.occurred_at > since, Movement.occurred_at <= until
    )
    query = query.where(db.or_(db.and_(into, ~out), db.and_(out, ~into))).group_by(hour).order_by(hour)
    return [Flow(_read(row[0]), *map(int, row[1:])) for row in db.session.execute(query)]


def kept_of(site_id: int, product_id: int) -> int:
    """What lies of a product at the site now: sealed, in quarantine and open; in its steps."""
    query = db.select(db.func.coalesce(db.func.sum(Balance.quantity), 0))
    query = query.join(Lot, Lot.id == Balance.lot_id).where(
        Lot.product_id == product_id, Balance.place_id.in_(_places(site_id, KEPT)), Balance.quantity > 0
    )
    return int(db.session.scalar(query) or 0)


def _places(site_id: int, kinds: Collection[str]) -> list[int]:
    query = db.select(Place.id).where(Place.site_id == site_id, Place.kind.in_(kinds))
    return list(db.session.scalars(query))


def _sum(condition: Any, value: Any) -> Any:
    return db.func.sum(db.case((condition, value), else_=0))


def _hour_of(column: Any) -> Any:
    """The hour of an instant as text, in UTC, the same on both databases."""
    if db.engine.dialect.name == "postgresql":
        return db.func.to_char(db.func.timezone("UTC", column), "YYYY-MM-DD HH24")
    return db.func.substr(type_coerce(column, String), 1, len("2026-11-24 12"))


def _read(hour: str) -> datetime:
    return datetime.strptime(hour, HOUR_FORMAT).replace(tzinfo=UTC)
