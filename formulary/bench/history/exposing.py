"""What reached a patient of each ingredient, counted as the acts themselves count it."""

from datetime import datetime
from fractions import Fraction

from formulary.bench.history.book import Book
from formulary.bench.history.wares import Ware
from formulary.patients.models import Exposure
from formulary.rules.units import Rounding, round_fraction


def expose(
    book: Book, ware: Ware, taken: int | None, *, patient_id: int, document: tuple[str, int], at: datetime
) -> None:
    """Count what was taken of a ware, in its ledger's steps; a diluent does not count."""
    if not ware.is_diluent and taken != 0:
        book.add(
            Exposure,
            patient_id=patient_id,
            ingredient_id=ware.fact.ingredient.id,
            product_id=ware.id,
            dimension=ware.measured_in,
            basis=ware.fact.basis,
            amount=None if taken is None else _active(ware, taken),
            taken=taken,
            document_kind=document[0],
            document_id=document[1],
            grade="confirmed",
            is_top_up=False,
            at=at,
        )


def _active(ware: Ware, taken: int) -> int | None:
    if ware.is_powder:
        return taken
    if ware.strength is None:
        return None
    amount, volume = ware.strength
    return round_fraction(Fraction(taken * amount, volume), Rounding.HALF_EVEN)
