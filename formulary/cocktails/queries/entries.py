"""Which cocktails count towards which course: the newest entry of each cocktail."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import aliased

from formulary.catalogue.models import Product
from formulary.cocktails.models import EMERGENCY, Cocktail, CocktailLine, CourseEntry, Revision
from formulary.db import db
from formulary.patients import queries as patients

Newer = aliased(CourseEntry)
NEVER_GIVEN = ("draft", "cancelled", "wasted")
MOST = 50


def newest_entries() -> Any:
    """The entry that holds for each cocktail, as a condition on `CourseEntry`: no newer one of the same."""
    return ~db.exists().where(Newer.cocktail_id == CourseEntry.cocktail_id, Newer.id > CourseEntry.id)


def course_of(cocktail_id: int) -> int | None:
    """The course that a cocktail counts towards."""
    query = db.select(CourseEntry.course_id).filter_by(cocktail_id=cocktail_id)
    return db.session.scalar(query.order_by(CourseEntry.id.desc()).limit(1))


def was_said(cocktail_id: int) -> bool:
    """Whether anybody has said where a cocktail counts, or that it counts nowhere."""
    query = db.select(CourseEntry.id).filter_by(cocktail_id=cocktail_id)
    return db.session.scalar(query.limit(1)) is not None


def countable(patient_id: int) -> list[Cocktail]:
    """The signed cocktails of a patient that count towards no course, the newest first; no emergency."""
    counted = db.select(CourseEntry.cocktail_id).where(newest_entries(), CourseEntry.course_id.is_not(None))
    query = db.select(Cocktail).where(patients.own(Cocktail.patient_id, patient_id))
    query = query.where(Cocktail.state.not_in(NEVER_GIVEN), Cocktail.outcome != "not_given")
    query = query.where(Cocktail.id.not_in(counted), Cocktail.recorded != EMERGENCY)
    return list(db.session.scalars(query.order_by(Cocktail.id.desc()).limit(MOST)))


def ingredients_in(course_ids: Collection[int], ingredient_ids: Collection[int]) -> list[Row[Any]]:
    """(course, ingredient): which of these ingredients are in the cocktails of each course; one query."""
    query = (
        db.select(CourseEntry.course_id, Product.ingredient_id)
        .join(Cocktail, Cocktail.id == CourseEntry.cocktail_id)
        .join(
            Revision,
            db.and_(Revision.cocktail_id == Cocktail.id, Revision.number == Cocktail.revision_number),
        )
        .join(CocktailLine, CocktailLine.revision_id == Revision.id)
        .join(Product, Product.id == CocktailLine.product_id)
        .where(CourseEntry.course_id.in_(course_ids), newest_entries())
        .where(Product.ingredient_id.in_(ingredient_ids))
        .distinct()
    )
    return list(db.session.execute(query))
