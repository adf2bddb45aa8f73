"""What a site wants to keep of its products, which pack levels they have, and which products are here."""

from collections.abc import Collection
from dataclasses import dataclass

from formulary.catalogue.models import Product, ProductCode
from formulary.db import db
from formulary.stock.models import Balance, Lot, Place, StockLevel, Supplier


@dataclass(frozen=True)
class Kept:
    """A product of a site with what it wants to keep of it, and its usual supplier."""

    product: Product
    level: StockLevel | None
    supplier: Supplier | None


def level(site_id: int, product_id: int) -> StockLevel | None:
    """What the site wants to keep of a product; None where nobody has said anything."""
    return db.session.scalar(db.select(StockLevel).filter_by(site_id=site_id, product_id=product_id))


def levels(site_id: int, product_ids: Collection[int] | None = None) -> dict[int, StockLevel]:
    """What the site wants to keep, by product: of these, or of all that anybody has said something of."""
    query = db.select(StockLevel).filter_by(site_id=site_id)
    if product_ids is not None:
        query = query.where(StockLevel.product_id.in_(product_ids))
    return {row.product_id: row for row in db.session.scalars(query)}


def kept_products(site_id: int) -> list[Product]:
    """The products that the site keeps: those that lie there, and those that it has set a level for."""
    lies = db.select(Lot.product_id).join(Balance, Balance.lot_id == Lot.id)
    lies = lies.join(Place, Place.id == Balance.place_id)
    lies = lies.where(Place.site_id == site_id, Place.kind.in_(("storage", "quarantine", "in_use")))
    lies = lies.where(Balance.quantity > 0)
    told = db.select(StockLevel.product_id).filter_by(site_id=site_id)
    query = db.select(Product).where(db.or_(Product.id.in_(lies), Product.id.in_(told)))
    return list(db.session.scalars(query.order_by(db.func.lower(Product.name))))


def kept_with_minimum(site_id: int) -> list[Kept]:
    """The products that the site has set a minimum for, by name; one query."""
    query = db.select(Product, StockLevel, Supplier).join(StockLevel, StockLevel.product_id == Product.id)
    query = query.outerjoin(Supplier, Supplier.id == StockLevel.supplier_id)
    query = query.where(StockLevel.site_id == site_id, StockLevel.minimum > 0)
    return [Kept(*row) for row in db.session.execute(query.order_by(db.func.lower(Product.name)))]


def products_by_id(product_ids: Collection[int]) -> list[Product]:
    """These products, by name."""
    query = db.select(Product).where(Product.id.in_(product_ids))
    return list(db.session.scalars(query.order_by(db.func.lower(Product.name)))) if product_ids else []


def pack_levels(product_ids: Collection[int]) -> dict[int, dict[int, ProductCode | None]]:
    """The packs a product can be ordered in, by their containers: single ones always, and those with a code.

    Of several codes of one size the first counts.
    """
    found: dict[int, dict[int, ProductCode | None]] = {key: {1: None} for key in product_ids}
    query = db.select(ProductCode).where(ProductCode.product_id.in_(product_ids)).order_by(ProductCode.id)
    for code in db.session.scalars(query):
        sizes = found[code.product_id]
        if sizes.get(code.containers) is None:
            sizes[code.containers] = code
    return {key: dict(sorted(sizes.items())) for key, sizes in found.items()}
