"""Why a movement was made and what kind of place something lies at, in words."""

REASONS = {
    "received": "received",
    "opening_balance": "brought forward",
    "imported": "brought over from earlier records",
    "opened": "opened",
    "drawn": "drawn",
    "reconstituted": "reconstituted",
    "administered": "given to a patient",
    "tested": "patch test",
    "moved": "moved",
    "quarantined": "put into quarantine",
    "released": "released from quarantine",
    "sent": "sent to another site",
    "arrived": "arrived from another site",
    "damaged": "arrived damaged",
    "released_damaged": "released from quarantine, though it arrived damaged",
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
TRANSFER_REASONS = {
    "needed_there": "needed there",
    "short_there": "the other site runs out",
    "too_much_here": "more than is used here",
    "expires_soon": "expires before it is used here",
    "sent_back": "sent back to where it came from",
    "other_transfer": "another reason, in the note",
}
RETURN_REASONS = {
    "arrived_damaged": "arrived damaged",
    "wrong_goods": "not what was ordered",
    "too_many": "more than was ordered",
    "defect": "a defect was found",
    "recalled_by_maker": "recalled",
    "temperature_doubt": "out of its temperature range",
    "short_dated": "expires too soon",
    "past_expiry": "past its expiry date",
    "other_return": "another reason",
}
METHODS = {
    "handed_over": "handed over to a carrier of waste",
    "incinerated": "incinerated",
    "made_unusable": "made unusable here",
    "other_method": "another method",
}
REASONS_FOR: dict[str, tuple[str, ...]] = {
    "waste": WASTE_REASONS,
    "transfer": tuple(TRANSFER_REASONS),
    "dispose": tuple(METHODS),
    "return": tuple(RETURN_REASONS),
}
"""The reasons that are valid for an act; a page offers these and an act refuses every other."""
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
    return (REASONS | TRANSFER_REASONS | RETURN_REASONS | METHODS).get(reason, reason.replace("_", " "))


def reasons_for(act: str) -> list[tuple[str, str]]:
    """The reasons that are valid for an act, each with its words, as a page offers them."""
    return [(reason, reason_words(reason)) for reason in REASONS_FOR[act]]
