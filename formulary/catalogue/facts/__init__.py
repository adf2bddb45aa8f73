"""What the rules are told of the catalogue: frozen facts, kept while the catalogue stays as it is."""

from formulary.catalogue.facts.devices import syringe
from formulary.catalogue.facts.formulas import content, formula, mixed, products_like
from formulary.catalogue.facts.kept import (
    Book,
    compatibilities,
    medicines_told,
    now,
    precautions,
    product,
    products,
    syringes,
)
from formulary.catalogue.facts.limits import limit_strength
from formulary.catalogue.facts.substances import (
    WITH_EVERYTHING,
    ingredient_facts,
    product_facts,
)
from formulary.catalogue.facts.washouts import Kind

__all__ = [
    "WITH_EVERYTHING",
    "Book",
    "Kind",
    "compatibilities",
    "content",
    "formula",
    "ingredient_facts",
    "limit_strength",
    "medicines_told",
    "mixed",
    "now",
    "precautions",
    "product",
    "product_facts",
    "products",
    "products_like",
    "syringe",
    "syringes",
]
