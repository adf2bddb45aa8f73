"""The pages of the catalogue: substances, products, limits, syringes, what goes together, formulas."""

from formulary.catalogue.views import (
    articles,
    care,
    devices,
    formula_writing,
    formulas,
    limits,
    rules,
    statements,
    substances,
    washouts,
)
from formulary.catalogue.views.room import bp

__all__ = [
    "articles",
    "bp",
    "care",
    "devices",
    "formula_writing",
    "formulas",
    "limits",
    "rules",
    "statements",
    "substances",
    "washouts",
]
