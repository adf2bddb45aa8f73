"""What the rules are told of the catalogue: frozen facts, read anew in a fixed number of queries."""

from formulary.catalogue.facts.devices import syringe, syringes
from formulary.catalogue.facts.formulas import content, formula, mixed, products_like
from formulary.catalogue.facts.limits import limit_strength
from formulary.catalogue.facts.rules import compatibilities
from formulary.catalogue.facts.safety import precautions
from formulary.catalogue.facts.substances import (
    WITH_EVERYTHING,
    ingredient_facts,
    product,
    product_facts,
    products,
)

__all__ = [
    "WITH_EVERYTHING",
    "compatibilities",
    "content",
    "formula",
    "ingredient_facts",
    "limit_strength",
    "mixed",
    "precautions",
    "product",
    "product_facts",
    "products",
    "products_like",
    "syringe",
    "syringes",
]
