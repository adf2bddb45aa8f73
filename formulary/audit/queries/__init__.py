"""Reading the audit trail and the access log, and proving the chain."""

from formulary.audit.queries.named import Tally, named_by_trail
from formulary.audit.queries.opened import opened
from formulary.audit.queries.proof import Fault, chain_faults
from formulary.audit.queries.trail import (
    Filter,
    Whose,
    access_log,
    entries_about,
    last_change,
    people_in,
    recent_acts,
    trail,
)

__all__ = [
    "Fault",
    "Filter",
    "Tally",
    "Whose",
    "access_log",
    "chain_faults",
    "entries_about",
    "last_change",
    "named_by_trail",
    "opened",
    "people_in",
    "recent_acts",
    "trail",
]
