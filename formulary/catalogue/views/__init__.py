"""The pages of the catalogue: substances, products, what goes together, formulas."""

from formulary.catalogue.views import formula_writing, formulas, rules, substances
from formulary.catalogue.views.room import bp

__all__ = ["bp", "formula_writing", "formulas", "rules", "substances"]
