"""Codes on packs and vials: a GTIN is learned once, our own labels carry a vial's code."""

from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.accounts.actions import next_codes
from formulary.audit import record
from formulary.catalogue.models import Product, ProductCode
from formulary.db import db, once
from formulary.stock import queries
from formulary.stock.actions.vials import content_of
from formulary.stock.labels import refusals
from formulary.stock.models import Lot, Place, Vial

MOST_LABELS = 200


def learn_code(product: Product, gtin: str, containers: int) -> ProductCode:
    """Keep the code of a product's pack; refuses one of another product. The caller's entry tells of it."""
    known = db.session.scalar(db.select(ProductCode).filter_by(gtin=gtin))
    if known is None:
        return _new_code(product, gtin, containers)
    if known.product_id != product.id:
        raise refusals.other_products_code(gtin, db.session.get_one(Product, known.product_id))
    return known


@once
def label_vials(lot: Lot, *, place: Place, count: int, at: datetime, by: Actor) -> Lot:
    """Give sealed containers on a shelf codes for our own labels; never more than lie there without one."""
    by.must(Permission.RECEIVE_STOCK)
    free = unlabelled(lot, place)
    most = min(free, MOST_LABELS)
    if not 1 <= count <= most:
        raise refusals.too_many_labels(lot, place, free, most)
    codes = next_codes("V", count)
    db.session.add_all(Vial(code=code, lot=lot, site_id=place.site_id, state="sealed") for code in codes)
    record("stock.label", lot, by=by, at=at, new={"lot": lot.number, "vials": codes})
    db.session.flush()
    return lot


def unlabelled(lot: Lot, place: Place) -> int:
    """How many sealed containers of the lot lie at a place without a label of ours."""
    lies = sum(c.quantity for c in queries.contents(lot_id=lot.id, place_id=place.id))
    labelled = db.select(db.func.count(Vial.id)).filter_by(
        lot_id=lot.id, site_id=place.site_id, state="sealed"
    )
    return max(0, lies // content_of(lot) - (db.session.scalar(labelled) or 0))


def _new_code(product: Product, gtin: str, containers: int) -> ProductCode:
    level = "vial" if containers == 1 else "pack"
    code = ProductCode(product_id=product.id, gtin=gtin, level=level, containers=containers)
    db.session.add(code)
    db.session.flush()
    return code
