"""What was used of a vial beyond what is on record: its lot, and of a mixture its diluent in proportion."""

from collections.abc import Iterator
from fractions import Fraction

from formulary.rules.findings import refuse
from formulary.rules.units import round_fraction
from formulary.stock import queries as shelf
from formulary.stock.models import Lot, Vial

Found = tuple[Lot, int, str]


def found_for(vial: Vial, volume: int) -> Iterator[Found]:
    """The lots, their ledgers' steps and the way of so many nL of a vial's fluid: exact in its proportion.

    Refused for a powder that was never mixed, since nobody knows how much of it that is.
    """
    if vial.lot.product.ledger == "volume":
        yield vial.lot, volume, ""
    elif vial.mixed_volume is None:
        reason, remedy = (
            f"Vial {vial.code} was never mixed, as it is on record.",
            "Say what it was mixed with.",
        )
        raise refuse("vial.not_reconstituted", vial.code, reason, remedy, field="diluent")
    else:
        yield from _mixture(vial, Fraction(volume, vial.mixed_volume))


def _mixture(vial: Vial, part: Fraction) -> Iterator[Found]:
    yield vial.lot, max(1, round_fraction((vial.mixed_content or 0) * part)), ""
    fluid = round_fraction(((vial.mixed_volume or 0) - (vial.displacement or 0)) * part)
    if vial.diluent_lot_id is not None and fluid > 0:
        yield shelf.lot(vial.diluent_lot_id), fluid, "diluent"
