"""The other measure of a use: of a solution the mass in it, of a powder the volume it was drawn in."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from formulary.administrations.models import GivenLot
from formulary.db import db
from formulary.preparations.models import Draw
from formulary.recalls.models import RecallListed
from formulary.recalls.queries.lots import FoundLot
from formulary.rules.units import VOLUME, Quantity, Rounding, round_fraction
from formulary.stock.models import Lot

GIVEN = "given:"


@dataclass(frozen=True)
class Beside:
    """The other measure; of a mass, `by` says whose strength it is: the lot's `assay`, or the `label`."""

    quantity: Quantity
    by: str = ""


def beside(rows: Sequence[RecallListed], lots: Mapping[int, FoundLot]) -> dict[int, Beside]:
    """By row of a list; a row is absent where nobody knows the strength, or the draw.

    A mass is what the lot's assay says of the volume, or the label's strength where it was not assayed, as
    for a patient's exposure; a volume is the part of the draw that was given.
    """
    told = [(row, lots[row.lot_id]) for row in rows if row.lot_id in lots and row.quantity]
    return dict(_masses(told)) | dict(_volumes(row for row, lot in told if lot.ledger != "volume"))


def _masses(told: Sequence[tuple[RecallListed, FoundLot]]) -> Iterator[tuple[int, Beside]]:
    keys = {lot.id for _, lot in told if lot.ledger == "volume"}
    found = (
        {lot.id: lot for lot in db.session.scalars(db.select(Lot).where(Lot.id.in_(keys)))} if keys else {}
    )
    for row, lot in told:
        held = found[lot.id].active(row.quantity or 0) if lot.id in found else None
        if held is not None and lot.dimension != lot.ledger:
            yield row.id, Beside(held, "label" if found[lot.id].assay_amount is None else "assay")


def _volumes(rows: Iterable[RecallListed]) -> Iterator[tuple[int, Beside]]:
    of = {int(row.key.removeprefix(GIVEN)): row.id for row in rows if row.key.startswith(GIVEN)}
    query = db.select(GivenLot.id, GivenLot.given, Draw.volume, Draw.quantity).join(
        Draw, Draw.id == GivenLot.draw_id
    )
    for key, given, volume, drawn in db.session.execute(query.where(GivenLot.id.in_(of))) if of else ():
        yield of[key], Beside(Quantity(_rounded(given * volume, drawn), VOLUME))


def _rounded(amount: int, per: int) -> int:
    return round_fraction(Fraction(amount, per), Rounding.HALF_EVEN)
