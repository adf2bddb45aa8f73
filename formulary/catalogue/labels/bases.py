"""Salt, base and element in words."""

from decimal import Decimal

from formulary.catalogue.labels.products import plain
from formulary.catalogue.models import BasisFactor, Ingredient, Product

BASES = {"salt": "a salt", "base": "the base or acid itself", "element": "the element"}


def factor(row: BasisFactor) -> str:
    """A factor as its source writes it, to its last digit."""
    return by_mass(row.of_amount, row.of_basis, row.to_amount, row.to_basis)


def by_mass(of_amount: str, of: str, to_amount: str, to: str) -> str:
    """A factor in words, unrounded: "by mass, 4.4 of zinc sulfate heptahydrate hold 1 of zinc"."""
    low, high = plain(Decimal(of_amount)), plain(Decimal(to_amount))
    return f"by mass, {low} of {of} hold {high} of {to}"


def own_unit(of: Product | Ingredient) -> str:
    """The unit in which a product's strength is written; of a substance, that of its first product."""
    named = [of] if isinstance(of, Product) else of.products
    return next((row.amount_unit for row in named), "mg")


def known_bases(of: Product | Ingredient) -> list[str]:
    """Every basis that a factor of the substance names, or the strength of a product of it counts."""
    ingredient = of if isinstance(of, Ingredient) else of.ingredient
    named = {word for row in ingredient.factors for word in (row.of_basis, row.to_basis)}
    return sorted(named | {row.basis for row in ingredient.products if row.basis})
