"""Ingredients, products and packs by their keys, and how they are called."""

from collections.abc import Iterable

from sqlalchemy import func
from sqlalchemy.orm import selectinload

from formulary.catalogue.models import Ingredient, Product, ProductCode, ProductExcipient, SubstanceGroup
from formulary.catalogue.queries.one import one
from formulary.db import db


def ingredient(ingredient_id: int) -> Ingredient:
    """One ingredient with its names, groups and products; Missing otherwise."""
    wanted = (
        selectinload(Ingredient.synonyms),
        selectinload(Ingredient.groups),
        selectinload(Ingredient.products),
        selectinload(Ingredient.limits),
    )
    return one(Ingredient, ingredient_id, wanted)


def product(product_id: int) -> Product:
    """One product with its ingredient, excipients, codes and limits; Missing otherwise."""
    wanted = (
        selectinload(Product.limits),
        selectinload(Product.codes),
        selectinload(Product.excipients),
        selectinload(Product.ingredient).selectinload(Ingredient.groups),
    )
    return one(Product, product_id, wanted)


def products() -> list[Product]:
    """Every product, by name."""
    return list(db.session.scalars(db.select(Product).order_by(func.lower(Product.name))))


def products_of(ingredient_id: int) -> list[Product]:
    """The products of one ingredient, by name."""
    query = db.select(Product).filter_by(ingredient_id=ingredient_id).order_by(Product.name)
    return list(db.session.scalars(query))


def strength_bases(ingredient_ids: Iterable[int | None]) -> dict[int, dict[int, str]]:
    """What the strength of each product counts, by ingredient and product; "" is not on record."""
    wanted = {key for key in ingredient_ids if key is not None}
    columns = (Product.ingredient_id, Product.id, Product.basis)
    found: dict[int, dict[int, str]] = {}
    for ingredient, product, basis in db.session.execute(
        db.select(*columns).where(Product.ingredient_id.in_(wanted))
    ):
        found.setdefault(ingredient, {})[product] = basis
    return found


def products_holding(ingredient_id: int) -> list[ProductExcipient]:
    """Where a substance is an excipient or a component."""
    query = db.select(ProductExcipient).filter_by(ingredient_id=ingredient_id)
    return list(db.session.scalars(query.options(selectinload(ProductExcipient.product))))


def code(gtin: str) -> ProductCode | None:
    """The pack level that this GTIN names, with its product; None while it is not known."""
    query = db.select(ProductCode).filter_by(gtin=gtin).options(selectinload(ProductCode.product))
    return db.session.scalars(query).one_or_none()


def ingredient_names() -> dict[int, str]:
    """How every ingredient is called, by id."""
    return {row.id: row.tall_man or row.name for row in db.session.execute(
        db.select(Ingredient.id, Ingredient.name, Ingredient.tall_man)
    )}  # fmt: skip


def groups() -> list[SubstanceGroup]:
    """What each group's word means."""
    return list(db.session.scalars(db.select(SubstanceGroup).order_by(SubstanceGroup.word)))


def several_ingredients(ingredient_ids: Iterable[int]) -> dict[int, Ingredient]:
    """These ingredients by id with their names and groups, as many as there are."""
    wanted = (selectinload(Ingredient.synonyms), selectinload(Ingredient.groups))
    query = db.select(Ingredient).where(Ingredient.id.in_(set(ingredient_ids))).options(*wanted)
    return {row.id: row for row in db.session.scalars(query)}
