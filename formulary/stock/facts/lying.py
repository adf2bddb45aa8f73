"""The statements that read what lies where, made once: each source with its lot, product, vial and place."""

from sqlalchemy import Integer, bindparam
from sqlalchemy.orm import aliased

from formulary.accounts.models import Site
from formulary.catalogue.models import Product
from formulary.db import db
from formulary.stock.models import Balance, Lot, Place, Vial

MixedWith = aliased(Lot, name="mixed_with")
COLUMNS = (
    Balance.quantity, Balance.place_id, Place.name, Place.kind, Site.zone,
    Lot.id.label("lot_id"), Lot.number, Lot.expires_on, Lot.status, Lot.assay_amount, Lot.assay_volume,
    Vial.id.label("vial_id"), Vial.code, Vial.state, Vial.opened_at, Vial.reconstituted_at,
    Vial.beyond_use_at, Vial.opened_for_id, Vial.opened_for_ref, Vial.mixed_volume, Vial.mixed_content,
    Vial.diluent_lot_id, MixedWith.number.label("diluent_lot"),
    MixedWith.expires_on.label("diluent_expires_on"), MixedWith.product_id.label("diluent_product_id"),
    Product.id.label("product_id"), Product.container, Product.dimension, Product.ledger, Product.content,
    Product.after_puncture_h, Product.after_reconstitution_h,
)  # fmt: skip

LYING = (
    db.select(*COLUMNS)
    .select_from(Balance)
    .join(Lot, Lot.id == Balance.lot_id)
    .join(Lot.product)
    .join(Place, Place.id == Balance.place_id)
    .join(Site, Site.id == Place.site_id)
    .outerjoin(Vial, Vial.id == Balance.vial_id)
    .outerjoin(MixedWith, MixedWith.id == Vial.diluent_lot_id)
    .where(db.or_(Vial.id.is_(None), Vial.lot_id == Lot.id))
    .order_by(Lot.expires_on, Lot.id, Vial.id.nulls_first(), Place.id)
)
DRAWN_FROM = ("storage", "quarantine", "in_use")
Own = aliased(Place)
OWN = db.select(Own.id).where(Own.site_id == bindparam("site_id", type_=Integer), Own.kind.in_(DRAWN_FROM))
HERE = LYING.where(Balance.place_id.in_(OWN), Balance.quantity > 0)
AT_PLACE = LYING.where(
    Balance.lot_id == bindparam("lot", type_=Integer), Balance.place_id == bindparam("place", type_=Integer)
)
OF_A_SHELF = AT_PLACE.where(Balance.vial_id.is_(None))
OF_A_VIAL = AT_PLACE.where(Balance.vial_id == bindparam("vial", type_=Integer))
Lying = aliased(Balance)
SEALED = db.select(Lying.id).where(
    Lying.lot_id.in_(bindparam("lots", expanding=True)),
    Lying.place_id.in_(bindparam("places", expanding=True)),
    Lying.vial_id.is_(None),
)
IN_VIALS = db.select(Lying.id).where(Lying.vial_id.in_(bindparam("vials", expanding=True)))
SOURCES = LYING.where(Balance.id.in_(SEALED.union_all(IN_VIALS)))
"""With its places told, what is left of a lot is read, and not all that was ever given of it."""
OF_PRODUCTS = HERE.where(Lot.product_id.in_(bindparam("wanted", expanding=True)))
OF_LOTS = HERE.where(Lot.id.in_(bindparam("wanted", expanding=True)))
OF_VIALS = LYING.where(Balance.vial_id.in_(bindparam("wanted", expanding=True)))
"""Wherever they are, empty ones too."""
