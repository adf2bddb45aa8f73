"""Finding substances by a part of any of their names."""

import unicodedata
from dataclasses import dataclass

from sqlalchemy import func, or_
from sqlalchemy.orm import selectinload

from formulary.catalogue.models import Ingredient, Product, Synonym
from formulary.db import db

MOST = 200
ROLES = ("active", "diluent", "excipient")


@dataclass(frozen=True)
class Listed:
    """One ingredient of the list: how it is called, which other name matched, how many products it has."""

    id: int
    name: str
    klass: str
    role: str
    other_names: tuple[str, ...]
    products: int
    do_not_mix: bool
    high_alert: bool


def fold(text: str) -> str:
    """The text as a search compares it: lower case, without accents and marks, words parted by one space."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    kept = (c if c.isalnum() else " " for c in apart if not unicodedata.combining(c))
    return " ".join("".join(kept).split())


def ingredients(text: str = "", role: str = "") -> list[Listed]:
    """Ingredients whose name, other name, class or product holds the text; at most 200, in two queries."""
    query = db.select(Ingredient).order_by(func.lower(Ingredient.name)).limit(MOST)
    if role in ROLES:
        query = query.where(Ingredient.role == role)
    if part := fold(text):
        query = query.where(or_(*_matching(part, text.strip().lower())))
    rows = db.session.scalars(query.options(selectinload(Ingredient.synonyms))).all()
    counts = _product_counts([row.id for row in rows])
    return [_listed(row, counts.get(row.id, 0)) for row in rows]


def _matching(part: str, typed: str):  # type: ignore[no-untyped-def]
    named = db.select(Synonym.ingredient_id).where(Synonym.folded.contains(part, autoescape=True))
    sold = db.select(Product.ingredient_id).where(func.lower(Product.name).contains(typed, autoescape=True))
    for column in (Ingredient.name, Ingredient.klass):
        yield func.lower(column).contains(typed, autoescape=True)
    yield from (Ingredient.id.in_(named), Ingredient.id.in_(sold))


def _product_counts(ids: list[int]) -> dict[int, int]:
    query = db.select(Product.ingredient_id, func.count()).where(Product.ingredient_id.in_(ids))
    return {row[0]: row[1] for row in db.session.execute(query.group_by(Product.ingredient_id))}


def _listed(row: Ingredient, products: int) -> Listed:
    others = tuple(synonym.name for synonym in row.synonyms)
    return Listed(row.id, str(row), row.klass, row.role, others, products, row.do_not_mix, row.high_alert)
