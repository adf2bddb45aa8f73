"""The page on which the price of a delivery is recorded, or corrected by a further entry."""

from datetime import datetime
from typing import Any

from flask import flash, g

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.accounts import queries as accounts
from formulary.db import retried
from formulary.stock import actions, labels, queries
from formulary.stock.forms import PriceForm
from formulary.stock.views.room import Answer, bp, done, page, to_lot


@bp.route("/deliveries/<id:delivery_id>/price", methods=["GET", "POST"])
@requires(Permission.RECEIVE_STOCK)
@retried
def price(delivery_id: int) -> Answer:
    """Record what a pack cost; where that is on record, a pharmacist supersedes it and says why."""
    receipt = queries.receipt(delivery_id, g.site.id)
    if receipt.price is not None:
        g.actor.must(Permission.RELEASE_QUARANTINE)
    currency, lot = accounts.currency(g.site.id, clock.now()), queries.lot(receipt.lot_id)
    form = _filled(receipt)
    form.price.offer(currency)
    if form.validate_on_submit() and done(form, "stock.price", lambda at: _record(delivery_id, form, at)):
        flash(f"The price of lot {lot.number} is on record.")
        return to_lot(lot.id)
    receipt = _seen(form, receipt)
    line = labels.came_lines(lot, [receipt], g.site.decimal_mark)[0]
    return page("price", form, lot=lot, line=line, currency=currency)


def _filled(receipt: queries.Receipt) -> PriceForm:
    """The form with what is on record; a price of another currency is typed anew."""
    price = receipt.price
    if price is None:
        return PriceForm(data={"per_pack": receipt.delivery.per_pack or 1})
    return PriceForm(data={"per_pack": price.per_pack, "seen_id": price.id})


def _seen(form: PriceForm, receipt: queries.Receipt) -> queries.Receipt:
    """The delivery as shown: where its price changed meanwhile, the one in force now is what is seen."""
    if "price.changed_meanwhile" not in {finding.code for finding in form.findings}:
        return receipt
    now = queries.receipt(receipt.delivery.id, g.site.id)
    form.seen_id.data = now.price.id if now.price else None
    return now


def _record(delivery_id: int, form: PriceForm, at: datetime) -> Any:
    return actions.record_price(delivery_id, **form.values(), at=at, by=g.actor, key=form.key)
