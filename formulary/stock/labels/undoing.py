"""Undoing in words: what each act is called, what to do instead where it cannot be undone, the refusals."""

from datetime import datetime

from formulary.audit.models import AuditEntry
from formulary.rules.findings import Refused, joined, refuse

UNDOABLE = {
    "stock.receive": "the receipt",
    "stock.open": "the opening",
    "stock.reconstitute": "the reconstitution",
    "stock.move": "the move",
    "stock.waste": "the waste",
    "stock.return": "the return",
    "stock.send": "the sending",
    "stock.receive_transfer": "the arrival",
    "stock.release_quarantine": "the release from quarantine",
    "stock.hold": "the hold",
    "stock.release_hold": "the release of the hold",
    "exchange.deliveries": "the list of deliveries",
    "exchange.stock": "the list of opening stock",
}
INSTEAD = {
    "stock.dispose": ("the disposal", "It has left the house. Count what is still here instead."),
    "stock.close_count": ("the closing of the count", "Count the place again instead."),
    "stock.lose": ("the loss", "What turns up is found again on the page of the transfer instead."),
    "stock.cancel_transfer": ("the calling back", "Pack and send it again instead."),
    "stock.explain": ("the explanation", "It stays as it was signed."),
    "stock.price": ("the price", "Correct it with a further price instead."),
    "stock.label": ("the labels", "Throw away those that are not used."),
    "stock.correct_number": ("the correction of the number", "Correct it again instead."),
    "stock.assay": ("the assay", "Record the right one instead."),
}


def act_words(entry: AuditEntry) -> str:
    """What an act is called: "the waste"."""
    return UNDOABLE.get(entry.action) or INSTEAD.get(entry.action, (entry.action,))[0]


def not_undoable(entry: AuditEntry) -> Refused:
    """An act that is not undone, with what to do instead."""
    what, instead = INSTEAD.get(entry.action, ("this act", "Record what happened instead."))
    return refuse("undo.not_undoable", "undo", f"{what.capitalize()} cannot be undone.", instead)


def too_late(minutes: int) -> Refused:
    """The time in which a slip is undone is over."""
    why = f"An act can be undone here for {minutes} minutes, and they have passed."
    return refuse("undo.too_late", "undo", why, "Record what is right as an act of its own.")


def undone_already() -> Refused:
    """Each act is undone once."""
    return refuse("undo.undone_already", "undo", "It was undone already.", "Load the page again.")


def not_last(newer: AuditEntry) -> Refused:
    """The last act goes first."""
    why = f"You have done something since: {act_words(newer)}."
    return refuse("undo.not_last", "undo", why, "Undo that first, or record what is right.")


def moved_on(what: list[str]) -> Refused:
    """Something depends on it: what has happened with it since."""
    why = f"It has gone on since: {joined(what)}."
    return refuse("undo.moved_on", "undo", why, "Undo that first if it was a slip, or record what is right.")


def reserved_since(name: str) -> Refused:
    """Somebody counts on what would go away again."""
    why = f"What lies of {name} is reserved for a preparation."
    return refuse("undo.reserved", name, why, "End the reservation first.")


def opened_for_a_preparation(code: str) -> Refused:
    """What a preparation opened is its own."""
    why = f"Vial {code} was opened for a preparation."
    return refuse("undo.in_preparation", code, why, "Put it right where it is prepared.")


def mixed_for_a_preparation(code: str) -> Refused:
    """What was mixed for a preparation has changed its worksheet."""
    why = f"Vial {code} was mixed for a preparation."
    return refuse("undo.in_preparation", code, why, "Put it right where it is prepared.")


def part_of_another(entry: AuditEntry) -> Refused:
    """It was done within an act of another room, which stands."""
    why = f"{act_words(entry).capitalize()} belongs to a preparation."
    return refuse("undo.in_preparation", "undo", why, "Put it right where it was prepared.")


def part_of_a_list(entry: AuditEntry) -> Refused:
    """It came with a list, which is undone whole as it was recorded whole."""
    why = f"{act_words(entry).capitalize()} came with a list, which is undone as a whole."
    return refuse("undo.part_of_a_list", "undo", why, "Undo the list on the page of lists.")


def held_for(source: str) -> Refused:
    """A recall or an excursion rests on the hold."""
    why = f"The hold rests on {source}."
    return refuse("undo.held_for", "undo", why, "Let a pharmacist release the hold with a reason.")


def box_meanwhile(code: str) -> Refused:
    """Another box is being packed for the same site."""
    why = f"{code} is being packed for the same site."
    return refuse("undo.box_meanwhile", code, why, "Call the transfer back instead.")


def late_by(entry: AuditEntry, minutes: int, at: datetime) -> bool:
    """Whether the time in which an act can be undone is over."""
    return (at - entry.at).total_seconds() > minutes * 60
