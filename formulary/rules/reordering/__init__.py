"""When something is ordered again and how many packs, and what an order may go through."""

from formulary.rules.reordering.orders import ACTS, CHANGED, TRANSITIONS, allowed, outstanding, standing
from formulary.rules.reordering.plan import Coming, Lying, Plan, Wanted, middle, planned

__all__ = [
    "ACTS",
    "CHANGED",
    "TRANSITIONS",
    "Coming",
    "Lying",
    "Plan",
    "Wanted",
    "allowed",
    "middle",
    "outstanding",
    "planned",
    "standing",
]
