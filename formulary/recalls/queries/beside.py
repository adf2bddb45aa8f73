"""The other measure of a use: of a solution the mass in it, of a powder the volume it was drawn in."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from formulary.administrations.models import GivenLot
from formulary.catalogue.models import Product
from formulary.db import db
from formulary.preparations.models import Draw
from formulary.recalls.models import RecallListed
from formulary.recalls.queries.lots import FoundLot
from formulary.rules.units import VOLUME, Quantity, Rounding, dimension, round_fraction

GIVEN = "given:"


def beside(rows: Sequence[RecallListed], lots: Mapping[int, FoundLot]) -> dict[int, Quantity]:
    """By row of a list; a row is absent where nobody knows the strength, or the draw.

    A mass is what the label's strength says of the volume, a volume the part of the draw that was given.
    """
    told = [(row, lots[row.lot_id]) for row in rows if row.lot_id in lots and row.quantity]
    return dict(_masses(told)) | dict(_volumes(row for row, lot in told if lot.ledger != "volume"))


def _masses(told: Sequence[tuple[RecallListed, FoundLot]]) -> Iterator[tuple[int, Quantity]]:
    strengths = _strengths({lot.product_id for _, lot in told if lot.ledger == "volume"})
    for row, lot in told:
        if lot.product_id in strengths:
            amount, volume = strengths[lot.product_id]
            yield row.id, Quantity(_rounded((row.quantity or 0) * amount, volume), dimension(lot.dimension))


def _strengths(product_ids: set[int]) -> dict[int, tuple[int, int]]:
    columns = (Product.id, Product.strength_amount, Product.strength_volume)
    query = db.select(*columns).where(Product.id.in_(product_ids), Product.strength_volume > 0)
    return {key: (amount, volume) for key, amount, volume in db.session.execute(query) if amount}


def _volumes(rows: Iterable[RecallListed]) -> Iterator[tuple[int, Quantity]]:
    of = {int(row.key.removeprefix(GIVEN)): row.id for row in rows if row.key.startswith(GIVEN)}
    query = db.select(GivenLot.id, GivenLot.given, Draw.volume, Draw.quantity).join(
        Draw, Draw.id == GivenLot.draw_id
    )
    for key, given, volume, drawn in db.session.execute(query.where(GivenLot.id.in_(of))) if of else ():
        yield of[key], Quantity(_rounded(given * volume, drawn), VOLUME)


def _rounded(amount: int, per: int) -> int:
    return round_fraction(Fraction(amount, per), Rounding.HALF_EVEN)
