"""The words of stock: why a movement was made, what its document is called, the states of lots and vials."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

from formulary.accounts import queries as accounts
from formulary.rules.findings import Finding, Level, Refused, refuse
from formulary.rules.lot_status import day_words
from formulary.rules.units import Quantity, show
from formulary.stock.models import Lot, Place, Vial

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


@dataclass(frozen=True)
class Named:
    """What a movement belongs to, as people call it, and where its page is (endpoint and arguments)."""

    words: str
    endpoint: str = ""
    arguments: tuple[tuple[str, int], ...] = ()


Namer = Callable[[Collection[int]], dict[int, Named]]
_namers: dict[str, Namer] = {}


def names_documents(kind: str) -> Callable[[Namer], Namer]:
    """Let a room above say how the documents of its kind are called: ids in, names out, one query."""

    def register(namer: Namer) -> Namer:
        _namers[kind] = namer
        return namer

    return register


def document_names(documents: Collection[tuple[str, int | None]]) -> dict[tuple[str, int | None], Named]:
    """The names of these documents; one that nobody names is called by its kind."""
    named: dict[tuple[str, int | None], Named] = {d: Named(d[0].replace("_", " ")) for d in documents}
    for kind in {kind for kind, _ in documents} & _namers.keys():
        found = _namers[kind]({number for k, number in documents if k == kind and number is not None})
        named |= {(kind, number): name for number, name in found.items()}
    return named


def reason_words(reason: str) -> str:
    """Why a movement was made, in words."""
    return REASONS.get(reason, reason.replace("_", " "))


def written(quantity: Quantity, site_id: int) -> str:
    """A quantity as this site writes it."""
    return show(quantity, mark=accounts.site(site_id).decimal_mark)


def short(lot: Lot, vial: Vial | None, place: Place, *, there: Quantity, needed: Quantity) -> Refused:
    """What to say when a vial or a place holds less than was asked for."""
    left, wanted = written(there, place.site_id), written(needed, place.site_id)
    if vial is not None and place.kind != "storage":
        reason = f"Vial {vial.code} has {left} left and {wanted} is needed."
        if there.is_zero:
            reason = f"Vial {vial.code} is empty: the last of it was taken before. {wanted} was needed."
        return refuse("vial.short", vial.code, reason, "Nothing was taken. Take another vial.", rule="L4")
    reason = f"{place.name} holds {left} of lot {lot.number} and {wanted} is needed."
    return refuse(
        "stock.short", lot.number, reason, "Nothing was taken. Take another lot or place.", rule="L6"
    )


def known_otherwise(lot: Lot, number: str, expires_on: date) -> Finding:
    """The same number with something else different: both side by side, and a choice."""
    on_record = f"lot {lot.number}, expires {day_words(lot.expires_on)}" + (
        f", {lot.maker}" if lot.maker else ""
    )
    reason = f"On record is {on_record}. You entered lot {number}, expires {day_words(expires_on)}."
    remedy = "Correct what you typed, or record it as a second lot."
    return Finding("lot.known_otherwise", number, reason, remedy, level=Level.STOP, field="number")


def looks_like(lot: Lot, number: str) -> Finding:
    """A number that a tired eye reads as one that is known (0 and O, 1 and I and l)."""
    reason = f"“{number}” looks like lot {lot.number}, which is on record, and is not the same."
    remedy = "Look at the pack again: correct what you typed, or record it as a second lot."
    return Finding("lot.looks_like", number, reason, remedy, level=Level.STOP, field="number")
