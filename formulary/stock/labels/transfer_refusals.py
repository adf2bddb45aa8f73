"""Every refusal of a transfer between sites: what, why, and what would do."""

from formulary.accounts.models import Site
from formulary.rules.findings import Refused, refuse
from formulary.stock.models import Lot, Place, Transfer, Vial

ENDED = {
    "packing": "being packed",
    "sent": "on its way",
    "missing": "received, with something missing",
    "arrived": "received",
    "cancelled": "cancelled",
    "lost": "lost on the way",
}


def same_site(site: Site) -> Refused:
    """Nothing is sent to where it is."""
    why = f"{site.name} is where it lies."
    return refuse("transfer.same_site", site.name, why, "Choose another site.", field="to_site_id")


def not_now(transfer: Transfer, remedy: str) -> Refused:
    """An act for which the transfer is too far, or not far enough."""
    why = f"{transfer.code} is {ENDED[transfer.state]}."
    return refuse("transfer.not_now", transfer.code, why, remedy)


def nothing_packed(transfer: Transfer) -> Refused:
    """An empty box is not sent."""
    why = f"Nothing is packed for {transfer.code}."
    return refuse("transfer.nothing_packed", transfer.code, why, "Pack a lot or a vial first.")


def packed_already(transfer: Transfer, vial: Vial) -> Refused:
    """An open vial is in one box, once."""
    why = f"Vial {vial.code} is packed in {transfer.code}."
    return refuse("transfer.packed_already", vial.code, why, "Send it, or take it out there.")


def on_its_way(vial: Vial, transfer: Transfer | None) -> Refused:
    """Nobody works on a vial that is in a box."""
    why = f"Vial {vial.code} is on its way{f' in {transfer.code}' if transfer else ''}."
    remedy = "Have it received there, or call the transfer back first."
    return refuse("vial.in_transit", vial.code, why, remedy)


def not_in_transit(transfer: Transfer, name: str) -> Refused:
    """The ledger says that something else lies in transit than the line says."""
    why = f"What {transfer.code} still has to bring of {name} is not what lies in transit on record."
    return refuse("transfer.not_in_transit", name, why, "Run the proof of the ledger, and count it there.")


def whole_vial(vial: Vial, field: str) -> Refused:
    """A vial came whole, or damaged, or it did not come."""
    why = f"Vial {vial.code} travels with all in it."
    return refuse("transfer.whole_vial", vial.code, why, "Say that it came, or that it did not.", field=field)


def more_than_lies(lot: Lot, place: Place, lies: str, *, packed: bool = False) -> Refused:
    """More is packed than the shelf holds."""
    why = f"{place.name} holds {lies} of lot {lot.number}, and more is packed from there."
    remedy = "Take the line out of the box and pack less." if packed else "Pack less."
    return refuse("stock.short", lot.number, why, remedy, field=None if packed else "containers", rule="L6")


def moved_since(vial: Vial, packed_at: Place) -> Refused:
    """A vial that was packed no longer stands where it stood."""
    why = f"Vial {vial.code} is packed and no longer stands at {packed_at.name}."
    return refuse(
        "transfer.moved_since", vial.code, why, "Take it out of the box, and pack it again if it goes."
    )


def for_one_patient(vial: Vial) -> Refused:
    """An open container for one patient serves nobody elsewhere."""
    why = f"Vial {vial.code} is open and serves one patient, so it is not kept and not sent."
    return refuse("transfer.for_one_patient", vial.code, why, "Use it here, or waste it.", rule="L6")


def reserved(lot: Lot, free: str) -> Refused:
    """What is kept for a preparation stays."""
    why = f"Of lot {lot.number} only {free} there is not reserved for a preparation."
    return refuse("stock.reserved", lot.number, why, "Send less, or end the reservation.", field="containers")


def no_reason() -> Refused:
    """A transfer says why, in a word that is offered for it."""
    why = "No reason for the transfer was chosen."
    return refuse("transfer.reason_missing", "transfer", why, "Choose one.", field="why")


def no_words(what: str, field: str) -> Refused:
    """What ends otherwise than planned says why."""
    return refuse("transfer.no_words", "transfer", f"{what} needs a reason.", "Say why.", field=field)


def more_than_sent(lot: Lot, field: str) -> Refused:
    """More than was on its way did not come out of the box."""
    why = f"More of lot {lot.number} is entered than is on its way."
    remedy = "Look at the slip; what is on top was never sent: correct it at the sender with a count."
    return refuse("transfer.more_than_sent", lot.number, why, remedy, field=field)


def nothing_arrived(transfer: Transfer) -> Refused:
    """An arrival of nothing."""
    why = f"Nothing of {transfer.code} is entered as arrived."
    remedy = "Enter what came, or wait; what is lost for good is explained on its page."
    return refuse("transfer.nothing_arrived", transfer.code, why, remedy)


def unknown_label(code: str, transfer: Transfer) -> Refused:
    """A label that is on nothing the sender can have sent sealed."""
    why = f"{code} is no sealed container that {transfer.code} can have brought."
    return refuse("transfer.unknown_label", code, why, "Read the label again.", field="labels")


def too_many_labels(lot: Lot) -> Refused:
    """Each container carries one label."""
    why = f"More labels of lot {lot.number} are entered than containers came."
    return refuse("transfer.too_many_labels", lot.number, why, "Read the labels again.", field="labels")


def none_lost(lot: Lot) -> Refused:
    """Nothing of it is recorded as lost."""
    why = f"Nothing of lot {lot.number} is recorded as lost."
    return refuse("transfer.none_lost", lot.number, why, "Load the page again.")


def none_missing(lot: Lot) -> Refused:
    """Nothing of it is on its way."""
    why = f"Nothing of lot {lot.number} is missing."
    return refuse("transfer.none_missing", lot.number, why, "Load the page again.")
