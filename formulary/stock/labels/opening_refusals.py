"""What stands against opening the container that is at hand."""

from datetime import date

from formulary.rules.findings import Refused, refuse
from formulary.rules.lot_status import day_words
from formulary.stock.models import Lot, Vial

REMEDY = "Take a pack of it, or scan into the field at the top of the page. Nothing was opened."
AGAIN = "Scan the code of the pack or the label of the vial. Nothing was opened."


def other_pack(lot: Lot) -> Refused:
    """The code of a pack that is of another lot or product than the page is about, or names no lot."""
    why = f"This code is not of a pack of lot {lot.number}."
    return refuse("scan.other_pack", lot.number, why, REMEDY)


def other_expiry(lot: Lot, expires_on: date) -> Refused:
    """A pack of another lot with the same number."""
    own = f"lot {lot.number} of this page expires {day_words(lot.expires_on)}."
    why = f"The code says that the pack expires {day_words(expires_on)}; {own}"
    return refuse("scan.other_expiry", lot.number, why, REMEDY)


def not_a_vial(code: str) -> Refused:
    """A label of ours that is on no vial."""
    return refuse("scan.not_a_vial", code, f"{code} is not the label of a vial.", AGAIN)


def unknown_label(code: str) -> Refused:
    """A label that no vial of the site has."""
    return refuse("scan.unknown_label", code, f"No vial of this site has the label {code}.", AGAIN)


def of_other_lot(vial: Vial) -> Refused:
    """The label of a vial of another lot, which may have the same number."""
    lot = vial.lot
    why = f"Vial {vial.code} is of another lot: {lot}, expires {day_words(lot.expires_on)}."
    return refuse("scan.other_lot", vial.code, why, REMEDY)
