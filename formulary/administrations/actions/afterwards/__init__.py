"""Recording what is over: an emergency, a worksheet on paper; and signing for it afterwards."""

from formulary.administrations.actions.afterwards.countersigning import countersign
from formulary.administrations.actions.afterwards.emergencies import Emergency, record_emergency
from formulary.administrations.actions.afterwards.identifying import (
    Identity,
    candidates,
    diluent_candidates,
    diluent_lot,
    identified_vial,
    lot_of,
)
from formulary.administrations.actions.afterwards.late import record_late
from formulary.administrations.actions.afterwards.paper import Paper
from formulary.administrations.actions.afterwards.told import AsRead, Mixed, Source

__all__ = [
    "AsRead",
    "Emergency",
    "Identity",
    "Mixed",
    "Paper",
    "Source",
    "candidates",
    "countersign",
    "diluent_candidates",
    "diluent_lot",
    "identified_vial",
    "lot_of",
    "record_emergency",
    "record_late",
]
