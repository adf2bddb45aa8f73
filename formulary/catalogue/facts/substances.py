"""Products and ingredients as the rules see them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from types import MappingProxyType

from sqlalchemy import func
from sqlalchemy.orm import joinedload, selectinload

from formulary.catalogue.facts.figures import amount_per_volume, hours, number, strength
from formulary.catalogue.facts.limits import figures_of, forbidden_routes, in_force, limits
from formulary.catalogue.models import BasisFactor, Ingredient, Limit, Product, ProductExcipient
from formulary.db import FRESH, db
from formulary.rules import facts
from formulary.rules.formulation import limit_for
from formulary.rules.units import Dimension, dimension

NO_FIGURES: Mapping[int, Sequence[Limit]] = MappingProxyType({})
AS_EXCIPIENT = " (excipient)"
BY_NAME = func.lower(Product.name)

WITH_EVERYTHING = (
    joinedload(Product.ingredient).selectinload(Ingredient.synonyms),
    joinedload(Product.ingredient).selectinload(Ingredient.groups),
    joinedload(Product.ingredient).joinedload(Ingredient.factors),
    selectinload(Product.excipients)
    .joinedload(ProductExcipient.ingredient)
    .options(selectinload(Ingredient.groups), joinedload(Ingredient.synonyms)),
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A product in a list: its key, its name, and of which ingredient it is."""

    id: int
    name: str
    ingredient_id: int


def listed() -> tuple[Listed, ...]:
    """Every product, by name."""
    columns = (Product.id, Product.name, Product.ingredient_id)
    return tuple(Listed(*row) for row in db.session.execute(db.select(*columns).order_by(BY_NAME)))


def read_products(
    product_ids: Collection[int], on: date | None, routes: Sequence[facts.Compatibility]
) -> dict[int, facts.Product]:
    """The facts of those of these products that are there, by id, with the limits in force on a day.

    Without a day the limits are those that are approved and that nothing has replaced.
    """
    query = db.select(Product).where(Product.id.in_(product_ids)).options(*WITH_EVERYTHING)
    rows = db.session.scalars(query, execution_options=FRESH).unique().all()
    figures = figures_of(rows)
    others = {key: in_force(these, on) for key, these in figures.of_excipients.items()}
    return {
        row.id: product_facts(row, in_force(figures.of_products[row.id], on), routes, others) for row in rows
    }


def product_facts(
    row: Product,
    figures: Iterable[Limit] = (),
    routes: Sequence[facts.Compatibility] = (),
    of_excipients: Mapping[int, Sequence[Limit]] = NO_FIGURES,
) -> facts.Product:
    """One product as the rules see it, with the limits in force; what the catalogue does not know stays None.

    A rule of the table against a route becomes a limit of 0 by that route: must not be used that way. A limit
    of the salt is told in the basis of the strength, by the factor on record.
    """
    measured_in = dimension(row.dimension)
    ingredient = ingredient_facts(row.ingredient, measured_in)
    product = facts.Product(
        id=row.id,
        name=row.name,
        ingredient=ingredient,
        strength=strength(row.strength_amount, row.strength_volume, measured_in),
        container=facts.Container(row.container),
        is_powder=row.form == "lyophilised",
        routes=tuple(filter(None, row.label_routes.split(";"))),
        route_words=row.route,
        excipients=tuple(_excipient(other, of_excipients) for other in row.excipients),
        excipients_known=row.excipients_known,
        limits=tuple(forbidden_routes(ingredient, routes)),
        after_puncture_h=hours(row.after_puncture_h),
        after_reconstitution_h=hours(row.after_reconstitution_h),
        mixture_stability_h=hours(row.mixture_stability_h),
        ph_low=number(row.ph_low),
        ph_high=number(row.ph_high),
        basis=row.basis,
        osmolality_low=number(row.osmolality_low),
        osmolality_high=number(row.osmolality_high),
    )
    own = (limit_for(limit, product) for limit in limits(figures, measured_in, row.basis))
    return replace(product, limits=(*own, *product.limits))


def ingredient_facts(ingredient: Ingredient, measured_in: Dimension) -> facts.Ingredient:
    """One ingredient as the rules see it, measured in its product's dimension."""
    return facts.Ingredient(
        id=ingredient.id,
        name=str(ingredient),
        dimension=measured_in,
        synonyms=tuple(s.name for s in ingredient.synonyms),
        groups=frozenset(group.word for group in ingredient.groups),
        do_not_mix=ingredient.do_not_mix,
        do_not_mix_source=ingredient.do_not_mix_source,
        high_alert=ingredient.high_alert,
        is_diluent=ingredient.role == "diluent",
        patch_test_required=ingredient.patch_test_required,
        factors=tuple(_factor(factor) for factor in ingredient.factors),
    )


def _factor(row: BasisFactor) -> facts.Factor:
    parts = Fraction(row.to_amount) / Fraction(row.of_amount)
    return facts.Factor(row.of_basis, row.to_basis, parts, row.source)


def _excipient(row: ProductExcipient, figures: Mapping[int, Sequence[Limit]]) -> facts.Excipient:
    ingredient = row.ingredient
    words = frozenset(group.word for group in ingredient.groups)
    plain = ingredient.name.removesuffix(AS_EXCIPIENT)
    names = (plain, *(synonym.name for synonym in ingredient.synonyms))
    return facts.Excipient(
        ingredient.id,
        str(ingredient),
        words,
        names,
        amount=amount_per_volume(row.amount_text),
        limits=tuple(limits(figures.get(ingredient.id, ()), dimension(ingredient.dimension))),
    )
