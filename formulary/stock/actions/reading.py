"""A lot that nobody booked in and of which something was used: on record as it was read off its pack."""

from datetime import date, datetime

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.catalogue.models import Product
from formulary.db import Missing, db
from formulary.rules.findings import Refused
from formulary.rules.lot_status import NOT_ON_RECORD, number_findings
from formulary.stock import queries
from formulary.stock.actions.arrivals import has_arrived
from formulary.stock.models import AS_READ, Lot


def read_lot(
    product_id: int, number: str, expires_on: date | None, *, what: str, at: datetime, by: Actor
) -> Lot:
    """The lot with this number and expiry, written down as it was read where it is not on record.

    Nothing is invented: an expiry that nobody read stays unknown, and nothing of it lies anywhere. A live
    recall that covers it takes it in. `what` says for what it was used. Refused for what no pack prints as a
    number.
    """
    by.must(Permission.ADMINISTER)
    product = db.session.get(Product, product_id)
    if product is None:
        raise Missing(f"No product {product_id}")
    number, expiry = number.strip(), expires_on or NOT_ON_RECORD
    known = [lot for lot in queries.lots_with_number(number, product_id) if lot.expires_on == expiry]
    return known[0] if known else _written(product, number, expiry, what, at=at, by=by)


def _written(product: Product, number: str, expiry: date, what: str, *, at: datetime, by: Actor) -> Lot:
    if found := tuple(number_findings(number)):
        raise Refused(*found)
    told = {"maker": product.maker, "number": number, "expires_on": expiry}
    lot = Lot(product=product, status="exhausted", grade=AS_READ, created_at=at, **told)
    db.session.add(lot)
    db.session.flush()
    new = {
        "lot": number,
        "product": product.name,
        "expires_on": "" if expiry == NOT_ON_RECORD else str(expiry),
    }
    new |= {"grade": lot.grade}
    record("stock.read_lot", lot, by=by, at=at, new=new, reason=what)
    has_arrived([lot.id], at=at, by=by, goods=False)
    return lot
