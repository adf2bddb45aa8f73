"""Salt, base and element in words."""

from formulary.catalogue.models import BasisFactor, Ingredient, Product
from formulary.rules.units import Quantity, show, unit
from formulary.web import site

BASES = {"salt": "a salt", "base": "the base or acid itself", "element": "the element"}


def factor(row: BasisFactor) -> str:
    """A factor as its source writes it: "4.4 mg of zinc sulfate heptahydrate hold 1 mg of zinc"."""
    of, to = (
        show(Quantity.of(amount, "mg"), unit("mg"), site.mark()) for amount in (row.of_amount, row.to_amount)
    )
    return f"{of} of {row.of_basis} hold {to} of {row.to_basis}"


def own_unit(of: Product | Ingredient) -> str:
    """The unit in which a product's strength is written; of a substance, that of its first product."""
    named = [of] if isinstance(of, Product) else of.products
    return next((row.amount_unit for row in named), "mg")


def known_bases(of: Product | Ingredient) -> list[str]:
    """Every basis that a factor of the substance names, or the strength of a product of it counts."""
    ingredient = of if isinstance(of, Ingredient) else of.ingredient
    named = {word for row in ingredient.factors for word in (row.of_basis, row.to_basis)}
    return sorted(named | {row.basis for row in ingredient.products if row.basis})
