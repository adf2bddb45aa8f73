"""Recording what is over: an emergency, a worksheet on paper; and signing for it afterwards."""

from formulary.administrations.actions.afterwards.countersigning import countersign
from formulary.administrations.actions.afterwards.emergencies import Emergency, record_emergency
from formulary.administrations.actions.afterwards.identifying import (
    Identity,
    diluent_lot,
    identified_vial,
    lot_of,
)
from formulary.administrations.actions.afterwards.late import record_late
from formulary.administrations.actions.afterwards.paper import Paper
from formulary.administrations.actions.afterwards.sources import Mixed, Source

__all__ = [
    "Emergency",
    "Identity",
    "Mixed",
    "Paper",
    "Source",
    "countersign",
    "diluent_lot",
    "identified_vial",
    "lot_of",
    "record_emergency",
    "record_late",
]
