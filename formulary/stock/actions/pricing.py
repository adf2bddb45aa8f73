"""What a pack of a delivery cost: recorded when it comes or later, and corrected by a further entry."""

from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.accounts import queries as accounts
from formulary.audit import record
from formulary.db import db, once
from formulary.rules.units import Money, plain_money
from formulary.stock import queries
from formulary.stock.actions.vials import content_of
from formulary.stock.labels import prices as labels
from formulary.stock.labels import refusals
from formulary.stock.models import Delivery, Lot, Price

MOST_IN_PACK = 10_000


@once
def record_price(
    delivery_id: int,
    *,
    price: Money,
    per_pack: int,
    reason: str = "",
    seen_id: int | None = None,
    at: datetime,
    by: Actor,
) -> Price:
    """Record what one pack of so many containers cost; a price on record is superseded, and stays.

    `seen_id` is the price that the person saw (None: none). Refuses another currency than the site's, what
    changed meanwhile, and a correction without a reason or without anything new in it.
    """
    by.must(Permission.RECEIVE_STOCK)
    receipt = queries.receipt(delivery_id, by.site_id, lock=True)
    before = receipt.price
    if before is not None:
        by.must(Permission.RELEASE_QUARANTINE)
        _may_supersede(before, price, per_pack, reason, seen_id)
    lot = queries.lot(receipt.lot_id)
    made = add_price(receipt.delivery, lot, price, per_pack, reason=reason, before=before, at=at, by=by)
    new = told(price, per_pack) | {"delivery": delivery_id, "note": receipt.delivery.note_number}
    old = {"minor": before.minor, "currency": before.currency, "per_pack": before.per_pack} if before else {}
    record("stock.price", lot, by=by, at=at, old=old, new=new, reason=reason)
    return made


def add_price(
    delivery: Delivery,
    lot: Lot,
    price: Money,
    per_pack: int,
    *,
    reason: str = "",
    before: Price | None = None,
    at: datetime,
    by: Actor,
) -> Price:
    """The row alone, for an act that leaves its own audit entry; in the site's currency only."""
    if price.currency != accounts.currency(delivery.site_id, at):
        raise labels.not_its_currency(price.currency.code)
    if not 1 <= per_pack <= MOST_IN_PACK:
        raise refusals.not_containers(per_pack, MOST_IN_PACK)
    made = Price(
        delivery_id=delivery.id,
        site_id=delivery.site_id,
        lot_id=lot.id,
        product_id=lot.product_id,
        minor=int(price.minor),
        currency=price.currency.code,
        pack=per_pack * content_of(lot),
        per_pack=per_pack,
        reason=reason,
        recorded_at=at,
        by_id=by.person_id,
        supersedes_id=before.id if before else None,
    )
    db.session.add(made)
    db.session.flush()
    return made


def told(price: Money, per_pack: int) -> dict[str, str | int]:
    """A price for the audit trail."""
    return {"price": plain_money(price), "currency": price.currency.code, "per_pack": per_pack}


def _may_supersede(before: Price, price: Money, per_pack: int, reason: str, seen_id: int | None) -> None:
    if before.id != seen_id:
        raise labels.priced_meanwhile()
    if not reason.strip():
        raise labels.no_reason_for_price()
    if (before.minor, before.currency, before.per_pack) == (price.minor, price.currency.code, per_pack):
        raise labels.same_price()
