"""What is shown to the page that opens a container: a pack of its lot, or a vial with a label of ours."""

from datetime import date

from formulary.db import Missing
from formulary.rules.lot_status import NOT_ON_RECORD, normalise
from formulary.stock import queries
from formulary.stock.labels import opening_refusals as told
from formulary.stock.labels import refusals
from formulary.stock.models import Lot, Vial

VIALS = "V-"


def pack_of(lot: Lot, *, gtin: str, number: str, expires_on: date | None) -> Lot:
    """The lot that the code of a pack is of; refuses a pack of another product, number or expiry.

    What the code does not say of the expiry is not compared, nor what is not on record.
    """
    if gtin not in {code.gtin for code in lot.product.codes} or normalise(number) != normalise(lot.number):
        raise told.other_pack(lot)
    if expires_on is not None and lot.expires_on not in (expires_on, NOT_ON_RECORD):
        raise told.other_expiry(lot, expires_on)
    return lot


def vial_of(lot_id: int, code: str, site_id: int) -> Vial:
    """The vial of a lot with this label of ours; refuses what is none, and what is of another lot or site.

    Whether it is sealed still is for the act that opens it, which answers the same again to a second click.
    """
    if not code.startswith(VIALS):
        raise told.not_a_vial(code)
    try:
        vial = queries.vial_by_code(code, site_id)
    except Missing:
        raise told.unknown_label(code) from None
    if vial.lot_id != lot_id:
        raise told.of_other_lot(vial)
    return vial


def sealed(vial: Vial) -> Vial:
    """The same vial; refuses one that was opened, wasted or sent back."""
    if vial.state != "sealed":
        raise refusals.not_sealed(vial)
    return vial
