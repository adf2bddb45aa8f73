"""The compatibility table: what is in use and what waits, what is about a substance, what shares no bin."""

from collections.abc import Iterable

from sqlalchemy import Select, and_, or_, select

from formulary.catalogue.models import CompatibilityRule, Ingredient, IngredientGroup, Product, SubstanceGroup
from formulary.catalogue.queries.one import one
from formulary.catalogue.queries.substances import product
from formulary.db import db

MIXED = ("pair", "alone", "compatible", "handling")


def rules() -> list[CompatibilityRule]:
    """Every row that is in use, those of the clinic after those that ship."""
    return list(db.session.scalars(_in_use()))


def rules_waiting() -> list[CompatibilityRule]:
    """The clinic's rules that wait for another person's approval."""
    query = db.select(CompatibilityRule).filter_by(status="draft").order_by(CompatibilityRule.id)
    return list(db.session.scalars(query))


def rule(rule_id: int) -> CompatibilityRule:
    """One version of a row; Missing otherwise."""
    return one(CompatibilityRule, rule_id, ())


def versions_of_rule(row: CompatibilityRule) -> list[CompatibilityRule]:
    """Every version of a row, the newest first."""
    query = db.select(CompatibilityRule).filter_by(number=row.number)
    return list(db.session.scalars(query.order_by(CompatibilityRule.version.desc())))


def rule_in_use(number: str) -> CompatibilityRule | None:
    """The version of a row that is asked today; None where none is."""
    return db.session.scalars(_in_use().where(CompatibilityRule.number == number)).one_or_none()


def empty_groups(selectors: Iterable[str]) -> list[str]:
    """The words of those groups among these sides that no substance of the catalogue belongs to."""
    words = [text.removeprefix("group:") for text in selectors if text.startswith("group:")]
    query = db.select(IngredientGroup.word).where(IngredientGroup.word.in_(words)).distinct()
    held = set(db.session.scalars(query))
    return [word for word in words if word not in held]


def rules_about(ingredient: Ingredient, words: Iterable[str]) -> list[CompatibilityRule]:
    """The rules in use that name an ingredient or one of its groups on either side."""
    selectors = [f"ingredient:{ingredient.id}", *(f"group:{word}" for word in words)]
    named = or_(CompatibilityRule.a.in_(selectors), CompatibilityRule.b.in_(selectors))
    return list(db.session.scalars(_in_use().where(named)))


def shipped_between(a: str, b: str) -> list[CompatibilityRule]:
    """The shipped rows about mixing these two sides, in either order."""
    here, there = CompatibilityRule.a, CompatibilityRule.b
    sides = or_(and_(here == a, there == b), and_(here == b, there == a))
    shipped = (CompatibilityRule.origin == "shipped", CompatibilityRule.kind.in_(MIXED))
    return list(db.session.scalars(_in_use().where(sides, *shipped)))


def is_selector(text: str) -> bool:
    """Whether it names an ingredient by its number, or a group by its word."""
    kind, _, name = text.partition(":")
    if kind == "ingredient" and name.isascii() and name.isdigit() and len(name) < 10:  # noqa: PLR2004 - an id
        return db.session.get(Ingredient, int(name)) is not None
    query = db.select(SubstanceGroup.id).filter_by(word=name)
    return kind == "group" and db.session.scalar(query) is not None


def never_beside(product_id: int) -> list[int]:
    """The products that may never lie in one bin with this one, by the storage rules of the table."""
    mine = _selectors_of(product(product_id).ingredient)
    sides = [(rule.a, rule.b) for rule in _stored_apart(mine)]
    others = {b for a, b in sides if a in mine} | {a for a, b in sides if b in mine}
    return sorted(_products_answering(others)) if others else []


def kept_apart_by(product_id: int, other_id: int) -> list[CompatibilityRule]:
    """The storage rules that keep two products out of one bin, each with its source."""
    mine, theirs = (_selectors_of(product(number).ingredient) for number in (product_id, other_id))
    found = _stored_apart(mine)
    return [r for r in found if (r.a in mine and r.b in theirs) or (r.b in mine and r.a in theirs)]


def _stored_apart(selectors: set[str]) -> list[CompatibilityRule]:
    stored = db.session.scalars(_in_use().where(CompatibilityRule.kind == "storage"))
    return [rule for rule in stored if rule.a in selectors or rule.b in selectors]


def _in_use() -> Select[CompatibilityRule]:
    return select(CompatibilityRule).filter_by(status="in_use").order_by(CompatibilityRule.id)


def _selectors_of(ingredient: Ingredient) -> set[str]:
    return {f"ingredient:{ingredient.id}", *(f"group:{group.word}" for group in ingredient.groups)}


def _products_answering(selectors: set[str]) -> set[int]:
    ids = [int(s.removeprefix("ingredient:")) for s in selectors if s.startswith("ingredient:")]
    words = [s.removeprefix("group:") for s in selectors if s.startswith("group:")]
    grouped = db.select(IngredientGroup.ingredient_id).where(IngredientGroup.word.in_(words))
    answering = or_(Product.ingredient_id.in_(ids), Product.ingredient_id.in_(grouped))
    return set(db.session.scalars(db.select(Product.id).where(answering)))
