"""What is said where two things come to lie together that never share a bin."""

from formulary.catalogue.models import Product
from formulary.rules.findings import Finding, Level, joined
from formulary.stock.models import Lot, Place


def never_beside(
    product: Product, place: Place, others: list[Lot], field: str, *, source: str = ""
) -> Finding:
    """A place holds what this product must never share a bin with: asks how they are kept apart."""
    there = joined([str(lot) for lot in others])
    why = f"{product.name} never lies in one bin with {there}, which {place.name} holds."
    remedy = "Choose another place, or say how they are kept apart."
    return Finding(
        "place.never_beside", place.name, why, remedy, level=Level.WARN, field=field, source=source
    )
