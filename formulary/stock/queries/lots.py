"""Lots: of the whole organisation, found by product or by number."""

from collections.abc import Iterable

from formulary.catalogue.models import Product
from formulary.db import Missing, db
from formulary.rules.lot_status import near, normalise
from formulary.stock.models import Lot

NAMES_NONE = frozenset({"", "unknown", "per label", "must be diluted"})
WITHOUT_PRESERVATIVE = "preservative-free"


def lot(lot_id: int) -> Lot:
    """One lot; Missing when there is none."""
    found = db.session.get(Lot, lot_id)
    if found is None:
        raise Missing(f"No lot {lot_id}")
    return found


def lots_of(product_ids: Iterable[int]) -> list[Lot]:
    """Every lot of these products, earliest expiry first."""
    query = db.select(Lot).where(Lot.product_id.in_(set(product_ids)))
    return list(db.session.scalars(query.order_by(Lot.expires_on, Lot.id)))


def lots_with_number(number: str, product_id: int | None = None) -> list[Lot]:
    """Lots whose normalised number is this one's."""
    query = db.select(Lot).where(Lot.normalised == normalise(number)).order_by(Lot.id)
    return list(db.session.scalars(query if product_id is None else query.filter_by(product_id=product_id)))


def similar_lots(number: str, product_id: int | None = None) -> list[Lot]:
    """Lots whose number a tired eye reads as this one (0 and O, 1 and I and l), without the same ones."""
    query = db.select(Lot).where(Lot.near == near(number), Lot.normalised != normalise(number))
    query = query.order_by(Lot.id)
    return list(db.session.scalars(query if product_id is None else query.filter_by(product_id=product_id)))


def is_named(powder: Product, diluent: Product) -> bool:
    """Whether the label of a powder names this diluent: "sodium chloride 0.9% preservative-free"."""
    words = powder.diluent.lower()
    return diluent.ingredient.name.lower() in words and not (
        WITHOUT_PRESERVATIVE in words and _is_preserved(diluent)
    )


def may_dissolve(powder: Product, diluent: Product) -> bool:
    """Whether a powder may be mixed with it: its label names it, or names none."""
    return powder.diluent.strip().lower() in NAMES_NONE or is_named(powder, diluent)


def _is_preserved(product: Product) -> bool:
    groups = (group.word for other in product.excipients for group in other.ingredient.groups)
    return "preservative" in groups
