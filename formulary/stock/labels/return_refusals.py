"""Every refusal of a return to a supplier."""

from formulary.rules.findings import Refused, refuse
from formulary.stock.models import Lot


def no_reason() -> Refused:
    """A return says why, in a word that is offered for it."""
    why = "No reason for the return was chosen."
    return refuse("return.reason_missing", "return", why, "Choose one.", field="reason")


def no_remark() -> Refused:
    """Another reason says which."""
    why = "Another reason needs words."
    return refuse("return.remark_missing", "return", why, "Say what is wrong with it.", field="remark")


def other_lots_delivery(lot: Lot) -> Refused:
    """Goods go back with the delivery they came with."""
    why = f"That delivery did not bring lot {lot.number}."
    return refuse("return.other_delivery", lot.number, why, "Choose another one.", field="delivery_id")


def more_than_came(lot: Lot, left: str) -> Refused:
    """No more goes back with a delivery than it brought."""
    why = f"That delivery has {left} of lot {lot.number} that did not go back already."
    remedy = "Return less with it, or the rest with the delivery it came with."
    return refuse("return.more_than_came", lot.number, why, remedy, field="containers")


def no_currency() -> Refused:
    """Money is kept in the currency of the site."""
    why = "This site does not keep its prices in that currency."
    return refuse("return.other_currency", "credit", why, "Leave the credit empty.", field="credit")


def reserved(lot: Lot, free: str) -> Refused:
    """What is kept for a preparation stays."""
    why = f"Of lot {lot.number} only {free} there is not reserved for a preparation."
    remedy = "Take less, end the reservation, or put the lot on hold first."
    return refuse("stock.reserved", lot.number, why, remedy, field="containers")
