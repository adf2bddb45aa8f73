"""The strength of a lot as a page shows it, and why an assay is not taken."""

from formulary.rules.facts import Strength
from formulary.rules.findings import Refused, joined, refuse
from formulary.rules.units import VOLUME, Quantity, dimension
from formulary.stock.models import Lot


def no_assay_of(lot: Lot) -> Refused:
    """A powder has no strength of its own, and what is dosed by volume has none at all."""
    why = f"{lot.product.name} has no strength before it is mixed, or is dosed by volume."
    return refuse("assay.no_solution", lot.number, why, "Record what was mixed at the vial.", field="amount")


def of_nothing(lot: Lot) -> Refused:
    """A certificate that says nothing is in it."""
    why = "A strength of 0 is none."
    return refuse("assay.nothing", lot.number, why, "Type what the certificate says.", field="amount")


def ten_times(lot: Lot) -> Refused:
    """Ten times the label or a tenth of it: a slip of the unit."""
    why = f"That is ten times what the label of {lot.product.name} says, or a tenth of it."
    return refuse("assay.ten_times", lot.number, why, "Read the unit again.", field="amount")


def needs_another(lot: Lot, others: list[str]) -> Refused:
    """Two people answer for a lot's strength."""
    why = "Another pharmacist confirms what the certificate says."
    remedy = f"{joined(others)} may." if others else "A second pharmacist needs an account."
    return refuse("assay.same_person", lot.number, why, remedy, field="signer-username")


def strength_of(lot: Lot) -> Strength | None:
    """What its certificate states, or None where it was not assayed."""
    return _strength(lot, lot.assay_amount, lot.assay_volume)


def label_strength(lot: Lot) -> Strength | None:
    """What the label of its product states, or None where that is not on record."""
    return _strength(lot, lot.product.strength_amount, lot.product.strength_volume)


def _strength(lot: Lot, amount: int | None, volume: int | None) -> Strength | None:
    if amount is None or not volume:
        return None
    return Strength(Quantity(amount, dimension(lot.product.dimension)), Quantity(volume, VOLUME))
