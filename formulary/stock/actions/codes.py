"""Codes on packs and vials: a GTIN is learned once, our own labels carry a vial's code."""

from datetime import datetime

from formulary.accounts import Actor
from formulary.accounts.actions import next_codes
from formulary.audit import record
from formulary.catalogue.models import Product, ProductCode
from formulary.db import db, once
from formulary.rules.findings import refuse
from formulary.stock import queries
from formulary.stock.actions.vials import content_of
from formulary.stock.models import Lot, Place, Vial

MOST_LABELS = 200


def learn_code(product: Product, gtin: str, containers: int, *, at: datetime) -> ProductCode:
    """The pack code of a product, kept from now on; refuses one that another product has.

    The caller's audit entry tells of it.
    """
    known = db.session.scalar(db.select(ProductCode).filter_by(gtin=gtin))
    if known is None:
        known = ProductCode(
            product_id=product.id,
            gtin=gtin,
            level="vial" if containers == 1 else "pack",
            containers=containers,
        )
        db.session.add(known)
        db.session.flush()
    if known.product_id != product.id:
        other = db.session.get_one(Product, known.product_id)
        reason = f"The code {gtin} belongs to {other.name}."
        raise refuse(
            "code.other_product",
            gtin,
            reason,
            f"Receive it as {other.name}, or scan the pack again.",
            field="product_id",
        )
    return known


@once
def label_vials(lot: Lot, *, place: Place, count: int, at: datetime, by: Actor) -> Lot:
    """Give sealed containers on a shelf codes of our own for labels; never more than lie there without one."""
    free = _unlabelled(lot, place)
    if not 1 <= count <= min(free, MOST_LABELS):
        reason = f"{place.name} holds {free} containers of lot {lot.number} without a label of ours."
        raise refuse(
            "vial.too_many_labels",
            lot.number,
            reason,
            f"Choose 1 to {min(free, MOST_LABELS)}.",
            field="count",
        )
    codes = next_codes("V", count)
    db.session.add_all(Vial(code=code, lot=lot, site_id=place.site_id, state="sealed") for code in codes)
    record("stock.label", lot, by=by, at=at, new={"lot": lot.number, "vials": codes})
    db.session.flush()
    return lot


def _unlabelled(lot: Lot, place: Place) -> int:
    lies = sum(c.quantity for c in queries.contents(lot_id=lot.id, place_id=place.id))
    labelled = db.select(db.func.count(Vial.id)).filter_by(
        lot_id=lot.id, site_id=place.site_id, state="sealed"
    )
    return lies // content_of(lot) - (db.session.scalar(labelled) or 0)
