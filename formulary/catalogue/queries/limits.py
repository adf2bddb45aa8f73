"""The figures that may limit, in all their versions."""

from sqlalchemy.orm import joinedload

from formulary.catalogue.models import Limit
from formulary.catalogue.queries.one import one
from formulary.db import db
from formulary.web.paging import Page, Window, page

COUNTED = ("dose", "concentration")
WHOSE = (joinedload(Limit.product), joinedload(Limit.ingredient))


def limit(limit_id: int) -> Limit:
    """One version of a figure; Missing otherwise."""
    return one(Limit, limit_id, WHOSE)


def versions_of(row: Limit) -> list[Limit]:
    """Every other version of the same figure, the newest first."""
    same = db.or_(Limit.series_id == row.series, Limit.id == row.series)
    query = db.select(Limit).where(same, Limit.id != row.id).order_by(Limit.version.desc(), Limit.id.desc())
    return list(db.session.scalars(query))


def limits_as_the_strength(product_id: int) -> list[Limit]:
    """The doses and concentrations of a product that count what its strength does, in all versions."""
    as_it = db.select(Limit).filter_by(product_id=product_id, basis="")
    return list(db.session.scalars(as_it.where(Limit.measure.in_(COUNTED)).order_by(Limit.id)))


def limits_waiting(window: Window | None = None) -> Page:
    """What is proposed and waits for another person, the oldest first, by pages."""
    query = db.select(Limit).filter_by(status="proposed").options(*WHOSE)
    return page(query, (Limit.id,), window=window, newest_first=False)


def how_many_limits_wait() -> int:
    """How many limits wait for another person."""
    query = db.select(db.func.count()).select_from(Limit).where(Limit.status == "proposed")
    return db.session.scalar(query) or 0


def limits_decided(most: int = 50) -> list[Limit]:
    """What people proposed and others decided on, the newest first."""
    query = db.select(Limit).where(Limit.author_id.is_not(None), Limit.status != "proposed").options(*WHOSE)
    return list(db.session.scalars(query.order_by(Limit.id.desc()).limit(most)))
