"""How many open vials time has stopped: what the board says, without what else the board tells of them."""

from datetime import date, datetime

from sqlalchemy import Date, Integer, bindparam

from formulary.catalogue.models import Product
from formulary.db import UtcDateTime, db, rows_of
from formulary.rules.lot_status import has_lapsed
from formulary.stock import facts
from formulary.stock.models import Lot, Vial
from formulary.stock.queries import ON_ITS_WAY

NOT_KEPT_LONG = (Product.container == "ampoule") | (db.func.coalesce(Product.after_puncture_h, 0) == 0)
"""More than the rules discard, and nothing less."""
MAY_HAVE_LAPSED = (
    db.select(Vial.id, Vial.lot_id)
    .join(Lot, Lot.id == Vial.lot_id)
    .join(Product, Product.id == Lot.product_id)
    .where(Vial.site_id == bindparam("site_id", type_=Integer), Vial.state == "open", ~ON_ITS_WAY)
    .where(
        (Vial.beyond_use_at <= bindparam("at", type_=UtcDateTime))
        | (Lot.expires_on < bindparam("today", type_=Date))
        | NOT_KEPT_LONG
    )
)
"""The open vials that time may have stopped: a page on which there is none asks the rules about none."""


def lapsed(site_id: int, at: datetime, today: date) -> int:
    """How many of the open vials time has stopped, by the rules; four queries at any number of them, and one
    or two more where a lot or a delivery is held.
    """
    lots = {row.id: row.lot_id for row in rows_of(MAY_HAVE_LAPSED, site_id=site_id, at=at, today=today)}
    sources = facts.at_site(site_id, lots.values(), at) if lots else ()
    return sum(source.vial_id in lots and has_lapsed(source, at=at) for source in sources)
