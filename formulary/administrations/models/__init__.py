"""Giving a cocktail, and what was felt afterwards."""

from formulary.administrations.models.afterwards import EMERGENCY, LATE, AfterRecord, AfterSignature
from formulary.administrations.models.care import CHOICES, CareDecision, CareSheet
from formulary.administrations.models.imported import (
    USE_FREE,
    USE_HASHED,
    USE_LAST,
    USE_VERSION,
    ImportedUse,
    stretch_hash,
    use_hash,
)
from formulary.administrations.models.reactions import (
    Reaction,
    ReactionFollowUp,
    ReactionKind,
    ReactionReport,
    ReactionSign,
)
from formulary.administrations.models.sessions import (
    ANAESTHETICS,
    GIVEN,
    Administration,
    GivenLot,
    SessionPause,
)
from formulary.administrations.models.sites import ANGLES, DEVICES, LAYERS, InjectionPoint, InjectionSite

__all__ = [
    "ANAESTHETICS",
    "ANGLES",
    "CHOICES",
    "DEVICES",
    "EMERGENCY",
    "GIVEN",
    "LATE",
    "LAYERS",
    "USE_FREE",
    "USE_HASHED",
    "USE_LAST",
    "USE_VERSION",
    "Administration",
    "AfterRecord",
    "AfterSignature",
    "CareDecision",
    "CareSheet",
    "GivenLot",
    "ImportedUse",
    "InjectionPoint",
    "InjectionSite",
    "Reaction",
    "ReactionFollowUp",
    "ReactionKind",
    "ReactionReport",
    "ReactionSign",
    "SessionPause",
    "stretch_hash",
    "use_hash",
]
