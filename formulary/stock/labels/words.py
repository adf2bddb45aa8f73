"""Why a movement was made and what kind of place something lies at, in words."""

REASONS = {
    "received": "received",
    "opening_balance": "brought forward",
    "opened": "opened",
    "drawn": "drawn",
    "reconstituted": "reconstituted",
    "administered": "given to a patient",
    "tested": "patch test",
    "moved": "moved",
    "quarantined": "put into quarantine",
    "released": "released from quarantine",
    "returned": "returned to the supplier",
    "destroyed": "destroyed",
    "shortfall": "found: more was used than was on record",
    "lost": "lost",
    "counted_less": "counted: less than was on record",
    "counted_more": "counted: more than was on record",
    "past_beyond_use": "past its beyond-use date",
    "expired": "past its expiry date",
    "left_over": "left over",
    "dead_space": "needle and hub",
    "broken": "broken or spilt",
    "contaminated": "contaminated or turbid",
    "not_given": "prepared and not given",
    "recalled": "recalled",
    "temperature": "out of its temperature range",
    "other": "another reason",
}
WASTE_REASONS = (
    "past_beyond_use", "expired", "left_over", "dead_space", "broken", "contaminated", "not_given",
    "recalled", "temperature", "other",
)  # fmt: skip
PLACE_KINDS = {
    "supplier": "supplier",
    "storage": "storage",
    "quarantine": "quarantine",
    "in_use": "in use",
    "preparation": "preparation",
    "in_transit": "in transit",
    "patient": "patients",
    "patch_test": "patch tests",
    "waste": "waste",
    "returned": "returned",
    "destroyed": "destroyed",
    "lost_or_found": "lost or found",
}


def reason_words(reason: str) -> str:
    """Why a movement was made, in words."""
    return REASONS.get(reason, reason.replace("_", " "))
