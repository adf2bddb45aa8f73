"""Giving a cocktail, and what was felt afterwards."""

from formulary.administrations.models.reactions import (
    Reaction,
    ReactionFollowUp,
    ReactionKind,
    ReactionReport,
    ReactionSign,
)
from formulary.administrations.models.sessions import GIVEN, Administration, GivenLot, InjectionSite

__all__ = [
    "GIVEN",
    "Administration",
    "GivenLot",
    "InjectionSite",
    "Reaction",
    "ReactionFollowUp",
    "ReactionKind",
    "ReactionReport",
    "ReactionSign",
]
