"""The only ways to change the catalogue."""

from formulary.catalogue.actions.formulas import (
    DraftLine,
    DraftPair,
    approve_formula,
    content_of,
    draft_formula,
)

__all__ = ["DraftLine", "DraftPair", "approve_formula", "content_of", "draft_formula"]
