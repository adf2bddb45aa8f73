"""The doors to the catalogue: ingredients, products, codes, rules and formulas, each in few queries.

The catalogue is the organisation's own: everybody who may use the app may read it.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from sqlalchemy import Row, func, or_
from sqlalchemy.orm import selectinload

from formulary.catalogue.models import (
    CompatibilityRule,
    Device,
    Formula,
    FormulaLine,
    FormulaVersion,
    Ingredient,
    IngredientGroup,
    Product,
    ProductCode,
    ProductExcipient,
    SubstanceGroup,
    Synonym,
)
from formulary.db import Missing, db

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


def ingredient(ingredient_id: int) -> Ingredient:
    """One ingredient with its names, groups and products; Missing otherwise."""
    wanted = (
        selectinload(Ingredient.synonyms),
        selectinload(Ingredient.groups),
        selectinload(Ingredient.products),
    )
    return _one(Ingredient, ingredient_id, wanted)


def product(product_id: int) -> Product:
    """One product with its ingredient, excipients, codes and limits; Missing otherwise."""
    wanted = (
        selectinload(Product.limits),
        selectinload(Product.codes),
        selectinload(Product.excipients),
        selectinload(Product.ingredient).selectinload(Ingredient.groups),
    )
    return _one(Product, product_id, wanted)


def products() -> list[Product]:
    """Every product, by name."""
    return list(db.session.scalars(db.select(Product).order_by(func.lower(Product.name))))


def products_of(ingredient_id: int) -> list[Product]:
    """The products of one ingredient, by name."""
    query = db.select(Product).filter_by(ingredient_id=ingredient_id).order_by(Product.name)
    return list(db.session.scalars(query))


def products_holding(ingredient_id: int) -> list[ProductExcipient]:
    """Where a substance is an excipient or a component."""
    query = db.select(ProductExcipient).filter_by(ingredient_id=ingredient_id)
    return list(db.session.scalars(query.options(selectinload(ProductExcipient.product))))


def code(gtin: str) -> ProductCode | None:
    """The pack level that this GTIN names, with its product; None while it is not known."""
    query = db.select(ProductCode).filter_by(gtin=gtin).options(selectinload(ProductCode.product))
    return db.session.scalars(query).one_or_none()


class Names:
    """Every exact name by which a product or a substance may be written, letter case and spaces aside."""

    def __init__(self) -> None:
        """Read the catalogue's names, codes and groups: four queries, however long it is."""
        rows = db.session.execute(
            db.select(Product.id, Product.name, Product.strength_text, Product.ingredient_id)
        )
        self._products = {row.id: row for row in rows}
        others = db.session.execute(db.select(Ingredient.id, Ingredient.name)).all()
        others += db.session.execute(db.select(Synonym.ingredient_id, Synonym.name)).all()
        self._substances = {_spaced(name): number for number, name in reversed(others)}
        self._groups = {_spaced(word): word for word in db.session.scalars(db.select(SubstanceGroup.word))}

    def products(self, text: str) -> list[int]:
        """The products that this text names, the closest way first: GTIN, own name, trade name, substance.

        A name may have its strength behind it.
        """
        if text.isascii() and text.isdigit() and (found := code(text.zfill(14))):
            return [found.product_id]
        wanted, rows = _spaced(text), self._products.values()
        ways = (
            lambda row: wanted in (_spaced(row.name), _spaced(f"{row.name} {row.strength_text}")),
            lambda row: _spaced(row.name).endswith(f"({wanted})") and self._is(wanted, row),
            lambda row: self._is(wanted, row),
            lambda row: self._is(wanted.removesuffix(_spaced(row.strength_text)).strip(), row),
        )
        named = ([row.id for row in rows if way(row)] for way in ways)
        return sorted(next(filter(None, named), []))

    def _is(self, wanted: str, row: Row[Any]) -> bool:
        """Whether this is a name of the product's ingredient."""
        return self._substances.get(wanted) == row.ingredient_id

    def product(self, product_id: int) -> str:
        """What a file would write for one product."""
        return f"“{self._products[product_id].name}”"

    def substance(self, text: str) -> tuple[int | None, str | None]:
        """The ingredient or the group of substances that this text names; neither where it names none."""
        wanted = _spaced(text)
        group = self._groups.get(wanted) or self._groups.get(wanted.removesuffix("s"))
        return (None, group) if group else (self._substances.get(wanted), None)

    def alike(self, text: str) -> list[str]:
        """Up to three names that a slip of the hand turns into this text."""
        return get_close_matches(
            _spaced(text), [*self._substances, *(_spaced(r.name) for r in self._products.values())]
        )


def names() -> Names:
    """The exact names of the catalogue, for what is written in files."""
    return Names()


def _spaced(text: str) -> str:
    return " ".join(text.casefold().split())


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


def ingredient_names() -> dict[int, str]:
    """How every ingredient is called, by id."""
    return {row.id: row.tall_man or row.name for row in db.session.execute(
        db.select(Ingredient.id, Ingredient.name, Ingredient.tall_man)
    )}  # fmt: skip


def groups() -> list[SubstanceGroup]:
    """What each group's word means."""
    return list(db.session.scalars(db.select(SubstanceGroup).order_by(SubstanceGroup.word)))


def devices() -> list[Device]:
    """The syringes, smallest first."""
    return list(db.session.scalars(db.select(Device).order_by(Device.capacity, Device.graduation)))


def device(device_id: int) -> Device:
    """One syringe; Missing otherwise."""
    return _one(Device, device_id, ())


def formulas() -> list[FormulaVersion]:
    """The newest version of every formula, approved ones first, then by name."""
    newest = db.select(func.max(FormulaVersion.id)).group_by(FormulaVersion.formula_id)
    query = db.select(FormulaVersion).join(Formula).where(FormulaVersion.id.in_(newest))
    order = (FormulaVersion.status != "approved", func.lower(Formula.name))
    return list(db.session.scalars(query.order_by(*order)))


def approved_formulas() -> list[FormulaVersion]:
    """The versions that a cocktail may follow, by name."""
    query = db.select(FormulaVersion).join(Formula).where(FormulaVersion.status == "approved")
    return list(db.session.scalars(query.order_by(func.lower(Formula.name), FormulaVersion.number)))


def formula(formula_id: int) -> Formula:
    """One formula with its versions; Missing otherwise."""
    return _one(Formula, formula_id, (selectinload(Formula.versions),))


def formula_version(version_id: int) -> FormulaVersion:
    """One version with its lines, pairs and siblings; Missing otherwise."""
    wanted = (
        selectinload(FormulaVersion.lines).selectinload(FormulaLine.ingredient),
        selectinload(FormulaVersion.pairs),
        selectinload(FormulaVersion.formula).selectinload(Formula.versions),
    )
    return _one(FormulaVersion, version_id, wanted)


def formulas_pinning(product_id: int, ingredient_id: int) -> list[FormulaVersion]:
    """The formula versions with a line of this product, or of its ingredient without naming a product."""
    names = (FormulaLine.product_id == product_id) | (
        FormulaLine.product_id.is_(None) & (FormulaLine.ingredient_id == ingredient_id)
    )
    query = db.select(FormulaVersion).where(FormulaVersion.lines.any(names)).order_by(FormulaVersion.id)
    return list(db.session.scalars(query))


def _one(model, key: int, options: Iterable):  # type: ignore[no-untyped-def]
    found = db.session.get(model, key, options=tuple(options))
    if found is None:
        raise Missing(f"No {model.__tablename__} {key}")
    return found


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


def _selectors_of(ingredient: Ingredient) -> set[str]:
    return {f"ingredient:{ingredient.id}", *(f"group:{group.word}" for group in ingredient.groups)}


def _products_answering(selectors: set[str]) -> set[int]:
    ids = [int(s.removeprefix("ingredient:")) for s in selectors if s.startswith("ingredient:")]
    words = [s.removeprefix("group:") for s in selectors if s.startswith("group:")]
    grouped = db.select(IngredientGroup.ingredient_id).where(IngredientGroup.word.in_(words))
    answering = or_(Product.ingredient_id.in_(ids), Product.ingredient_id.in_(grouped))
    return set(db.session.scalars(db.select(Product.id).where(answering)))
