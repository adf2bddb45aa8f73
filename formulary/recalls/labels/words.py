"""The words of a recall: the ten buckets, the lines of a balance sheet, grades, ways into a cocktail."""

from collections.abc import Iterable

BUCKETS = {
    "A": ("patient received it", "patients received it"),
    "B": ("patient patch-tested with it", "patients patch-tested with it"),
    "C": ("cocktail being given now", "cocktails being given now"),
    "D": ("cocktail released, not given", "cocktails released, not given"),
    "E": ("cocktail in preparation", "cocktails in preparation"),
    "F": ("cocktail prescribed or reserved", "cocktails prescribed or reserved"),
    "G": ("place with sealed stock", "places with sealed stock"),
    "H": ("open vial", "open vials"),
    "I": ("way it was wasted or destroyed", "ways it was wasted or destroyed"),
    "J": ("patient cannot be excluded", "patients cannot be excluded"),
}
HEADINGS = {
    "A": "Received it",
    "B": "Patch-tested with it",
    "C": "Being given now",
    "D": "Released, not given",
    "E": "In preparation",
    "F": "Prescribed or reserved",
    "G": "Sealed, by place",
    "H": "Open vials",
    "I": "Wasted or destroyed",
    "J": "Cannot be excluded",
}
BALANCE = {
    "received": "Received",
    "found": "Found",
    "on_hand": "On hand, sealed and open",
    "in_preparation": "In preparation",
    "prepared": "Prepared, not closed",
    "administered": "Given",
    "tested": "Patch-tested",
    "wasted": "Wasted",
    "returned": "Returned",
    "destroyed": "Destroyed",
    "unaccounted": "Unaccounted",
}
GRADES = {
    "confirmed": "the vial was scanned",
    "probable": "the lot was typed or follows from the record",
    "possible": "the record has a gap",
    "imported": "from records kept before",
}
AFTERWARDS = {"recorded_late": "recorded late", "emergency": "emergency"}
"""How a use is on record only since it was over, in words."""
WAYS = {"direct": "", "diluent": "as diluent", "supplied": "given as supplied"}
WHY = {
    "reserved": "reserved",
    "broken": "its reservation was ended by the hold",
    "planned": "planned, not drawn yet",
    "named": "named in its lines",
}


def bucket_words(letter: str, count: int) -> str:
    """What stands under a figure."""
    if letter in "GI" and not count:
        return {"G": "sealed containers", "I": "wasted or destroyed"}[letter]
    one, many = BUCKETS[letter]
    return one if count == 1 else many


def earlier_words(numbers: Iterable[str]) -> str:
    """The numbers that a lot had until each was corrected: "earlier number L2231"; nothing for none."""
    told = list(dict.fromkeys(numbers))
    return f"earlier {'number' if len(told) == 1 else 'numbers'} {', '.join(told)}" if told else ""
