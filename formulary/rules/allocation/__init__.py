"""Which vials are drawn from: open ones, then the fewest new ones, earliest expiry first; all or none."""

from formulary.rules.allocation.choosing import allocate, ends_at, in_turn
from formulary.rules.allocation.picks import Allocation, Pick, Refusal, discarded, is_shared
from formulary.rules.allocation.sources import containers_for, first_fit, left_before
from formulary.rules.allocation.together import Together, ToKeep, line_by_line

__all__ = [
    "Allocation",
    "Pick",
    "Refusal",
    "ToKeep",
    "Together",
    "allocate",
    "containers_for",
    "discarded",
    "ends_at",
    "first_fit",
    "in_turn",
    "is_shared",
    "left_before",
    "line_by_line",
]
