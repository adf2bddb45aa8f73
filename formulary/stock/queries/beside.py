"""What must never lie in one place, by the storage rules of the catalogue."""

from formulary.catalogue import queries as catalogue
from formulary.db import db
from formulary.stock.models import Balance, Lot, Place


def never_beside(product_id: int, place: Place) -> list[Lot]:
    """The lots that lie at a place and must never lie there together with this product."""
    others = catalogue.never_beside(product_id)
    if not others:
        return []
    query = db.select(Lot).join(Balance, Balance.lot_id == Lot.id)
    here = (Balance.place_id == place.id, Balance.quantity > 0, Lot.product_id.in_(others))
    return list(db.session.scalars(query.where(*here).distinct().order_by(Lot.id)))
