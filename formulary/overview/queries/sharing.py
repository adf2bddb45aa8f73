"""Who on today's list needs a product, so that an open vial of it could serve them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from formulary.accounts import Actor
from formulary.cocktails.models import Cocktail, CocktailLine, Revision
from formulary.db import db
from formulary.patients import queries as patients
from formulary.patients.models import Patient
from formulary.preparations.models import Draw
from formulary.rules.lot_status import day_of, end_of_day
from formulary.stock.models import Lot

SIGNED = ("prescribed", "verified", "in_preparation")
MOST = 300


@dataclass(frozen=True)
class Planned:
    """A cocktail of today with a line of the product that nobody has drawn yet.

    `seen`: whether the asker may see the patient. Without an hour it is planned for no day and signed.
    """

    cocktail_id: int
    code: str
    state: str
    planned_for: datetime | None
    patient_id: int
    patient: str
    patient_code: str
    product_id: int
    seen: bool


def planned_today(product_ids: Collection[int], *, by: Actor, at: datetime, zone: ZoneInfo) -> list[Planned]:
    """What of today's list still takes of these products, the soonest first; one query, 300 rows at most.

    On today's list is what is planned for this day, and what is signed and planned for no day. The states are
    asked for first, or SQLite would read every cocktail that the site ever made.
    """
    if not product_ids:
        return []
    seen = patients.may_see(Cocktail.patient_id, by=by, at=at)
    columns = (Cocktail.id, Cocktail.code, Cocktail.state, Cocktail.planned_for, Patient.id, Patient.name)
    query = db.select(*columns, Patient.code, CocktailLine.product_id, seen).distinct()
    query = query.join(Patient, Patient.id == Cocktail.patient_id)
    query = query.join(
        Revision,
        db.and_(Revision.cocktail_id == Cocktail.id, Revision.number == Cocktail.revision_number),
    ).join(CocktailLine, CocktailLine.revision_id == Revision.id)
    query = query.where(Cocktail.site_id == by.site_id, Cocktail.state.in_((*SIGNED, "draft")))
    query = query.where(CocktailLine.product_id.in_(product_ids))
    query = query.where(_is_of_today(at, zone), ~_is_drawn())
    order = (Cocktail.planned_for.is_(None), Cocktail.planned_for, Cocktail.id)
    rows = db.session.execute(query.add_columns(order[0]).order_by(*order).limit(MOST))
    return [Planned(*row[:8], seen=bool(row[8])) for row in rows]


def _is_of_today(at: datetime, zone: ZoneInfo) -> Any:
    today = day_of(at, str(zone))
    begins, ends = end_of_day(today - timedelta(days=1), str(zone)), end_of_day(today, str(zone))
    planned = db.and_(Cocktail.planned_for >= begins, Cocktail.planned_for < ends)
    signed = Cocktail.state.in_(SIGNED)
    return db.or_(
        db.and_(signed, Cocktail.planned_for.is_(None)),
        db.and_(planned, db.or_(signed, Cocktail.state == "draft")),
    )


def _is_drawn() -> Any:
    """Whether some of the product was drawn for the cocktail already."""
    drawn = db.select(Draw.id).join(Lot, Lot.id == Draw.lot_id)
    return drawn.where(
        Draw.cocktail_id == Cocktail.id, Draw.undone.is_(False), Lot.product_id == CocktailLine.product_id
    ).exists()
