"""The only ways to change the catalogue."""

from formulary.catalogue.actions.approving import (
    approve_formula,
    give_back_formula,
    retire_formula,
    submit_formula,
)
from formulary.catalogue.actions.formulas import (
    DraftLine,
    DraftPair,
    content_of,
    draft_formula,
    revise_formula,
    unsaved,
)

__all__ = [
    "DraftLine",
    "DraftPair",
    "approve_formula",
    "content_of",
    "draft_formula",
    "give_back_formula",
    "retire_formula",
    "revise_formula",
    "submit_formula",
    "unsaved",
]
