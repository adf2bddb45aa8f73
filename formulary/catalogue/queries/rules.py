"""The compatibility table: all of it, what is about one substance, and what never lies in one bin."""

from collections.abc import Iterable

from sqlalchemy import or_

from formulary.catalogue.models import CompatibilityRule, Ingredient, IngredientGroup, Product
from formulary.catalogue.queries.substances import product
from formulary.db import db


def rules() -> list[CompatibilityRule]:
    """The whole compatibility table, in its own order."""
    return list(db.session.scalars(db.select(CompatibilityRule).order_by(CompatibilityRule.id)))


def rules_about(ingredient: Ingredient, words: Iterable[str]) -> list[CompatibilityRule]:
    """The rules that name an ingredient or one of its groups on either side."""
    selectors = [f"ingredient:{ingredient.id}", *(f"group:{word}" for word in words)]
    named = or_(CompatibilityRule.a.in_(selectors), CompatibilityRule.b.in_(selectors))
    query = db.select(CompatibilityRule).where(named).order_by(CompatibilityRule.id)
    return list(db.session.scalars(query))


def never_beside(product_id: int) -> list[int]:
    """The products that may never lie in one bin with this one, by the storage rules of the table."""
    stored = db.select(CompatibilityRule).where(CompatibilityRule.kind == "storage")
    mine = _selectors_of(product(product_id).ingredient)
    sides = [(rule.a, rule.b) for rule in db.session.scalars(stored)]
    others = {b for a, b in sides if a in mine} | {a for a, b in sides if b in mine}
    return sorted(_products_answering(others)) if others else []


def _selectors_of(ingredient: Ingredient) -> set[str]:
    return {f"ingredient:{ingredient.id}", *(f"group:{group.word}" for group in ingredient.groups)}


def _products_answering(selectors: set[str]) -> set[int]:
    ids = [int(s.removeprefix("ingredient:")) for s in selectors if s.startswith("ingredient:")]
    words = [s.removeprefix("group:") for s in selectors if s.startswith("group:")]
    grouped = db.select(IngredientGroup.ingredient_id).where(IngredientGroup.word.in_(words))
    answering = or_(Product.ingredient_id.in_(ids), Product.ingredient_id.in_(grouped))
    return set(db.session.scalars(db.select(Product.id).where(answering)))
