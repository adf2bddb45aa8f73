"""Purchase orders: the list, one order, drafting, sending, cancelling, and its paper."""

from datetime import date, timedelta
from typing import Any

from flask import Response, flash, g, redirect, request, url_for

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.db import retried
from formulary.rules.reordering import allowed
from formulary.stock import actions, queries
from formulary.stock.facts import supply as facts
from formulary.stock.forms import CancelOrderForm, NewOrderForm, SendOrderForm
from formulary.stock.labels import purchases
from formulary.stock.views.room import Answer, bp, done, page, today
from formulary.web import barcodes, pdf
from formulary.web import fields as f
from formulary.web.asked import row_asked
from formulary.web.paging import Window


@bp.get("/orders")
@requires(Permission.SEE_STOCK)
def orders() -> Answer:
    """The orders of the site, the newest first."""
    found = queries.orders(g.site.id, Window.of(request.args))
    return page("orders", orders=found, rows=purchases.order_rows(queries.orders_of(found.rows), today()))


@bp.route("/orders/new", methods=["GET", "POST"])
@requires(Permission.ORDER_STOCK)
@retried
def new_order() -> Answer:
    """Draft an order: from the purchase list of a supplier, or empty."""
    form, kept = _new_order()
    if form.validate_on_submit() and (
        order := done(
            form,
            "stock.draft_order",
            lambda at: actions.draft_order(
                g.site.id,
                supplier_id=form.supplier_id.data,
                lines=form.wanted(),
                remark=form.remark.data,
                at=at,
                by=g.actor,
                key=form.key,
            ),
        )
    ):
        flash(f"{order.code} is a draft. Nothing is on order before it is sent.")
        return to_order(order.id)
    return page("order_new", form, kept=kept)


@bp.get("/orders/<id:order_id>")
@requires(Permission.SEE_STOCK)
def order(order_id: int) -> Answer:
    """One order: its lines, what has come of each, and what was changed after it was sent."""
    found = queries.order(order_id, g.site.id)
    came = queries.deliveries_of_line([line.row.id for line in found.lines])
    changes = purchases.change_rows(found, queries.order_changes(order_id))
    acts = {act: allowed(found.state, act) for act in ("add", "change", "send", "receive", "cancel")}
    return page("order", row=_row(found), came=came, changes=changes, acts=acts, mark=g.site.decimal_mark)


@bp.route("/orders/<id:order_id>/send", methods=["GET", "POST"])
@requires(Permission.ORDER_STOCK)
@retried
def send_order(order_id: int) -> Answer:
    """Record that it went out."""
    found = queries.order(order_id, g.site.id)
    if _is_over(found, "send"):
        return to_order(order_id)
    form = SendOrderForm(data={"row_version": found.row.row_version})
    if form.validate_on_submit() and done(
        form,
        "stock.send_order",
        lambda at: actions.send_order(order_id, version=form.version, at=at, by=g.actor, key=form.key),
    ):
        flash(f"{found.row.code} is sent: what it orders counts as on order.")
        return to_order(order_id)
    return page("order_send", form, row=_row(found), mark=g.site.decimal_mark)


@bp.route("/orders/<id:order_id>/cancel", methods=["GET", "POST"])
@requires(Permission.ORDER_STOCK)
@retried
def cancel_order(order_id: int) -> Answer:
    """Call off all that is outstanding."""
    found = queries.order(order_id, g.site.id)
    if _is_over(found, "cancel"):
        return to_order(order_id)
    form = CancelOrderForm(data={"row_version": found.row.row_version})
    if form.validate_on_submit() and done(
        form,
        "stock.cancel_order",
        lambda at: actions.cancel_order(
            order_id, **form.values(), version=form.version, at=at, by=g.actor, key=form.key
        ),
    ):
        flash(f"{found.row.code} is cancelled; what has come stays received.")
        return to_order(order_id)
    return page("order_cancel", form, row=_row(found))


@bp.get("/orders/<id:order_id>/order.pdf")
@requires(Permission.SEE_STOCK)
def order_print(order_id: int) -> Response:
    """The order on paper, for its supplier."""
    found = queries.order(order_id, g.site.id)
    packs = queries.pack_levels([line.product.id for line in found.lines])
    printed = {"row": _row(found), "packs": packs, "site": g.site, "mark": g.site.decimal_mark}
    printed["barcode"] = barcodes.own(found.row.code)
    document = pdf.render("stock/order_print.html", at=clock.now(), **printed)
    return pdf.answer(document, f"{found.row.code}.pdf")


def to_order(order_id: int) -> Response:
    """To the page of an order."""
    return redirect(url_for("stock.order", order_id=order_id))  # type: ignore[return-value]


def _row(found: queries.Order) -> purchases.OrderRow:
    return purchases.order_rows([found], today())[0]


def _is_over(found: queries.Order, act: str) -> bool:
    """Whether the page of an act is opened on an order that it does not follow any more."""
    return request.method == "GET" and not allowed(found.state, act)


def _new_order() -> tuple[NewOrderForm, dict[int, Any]]:
    """The form with what the purchase list suggests for the supplier that is asked for."""
    kept = facts.kept(g.site.id, clock.now()) if request.method == "GET" else []
    supplier_id = row_asked("supplier")
    wanted = [one for one in kept if _suggested(one, supplier_id)]
    lines = [
        {"product_id": one.product.id, "per_pack": one.plan.per_pack, "packs": one.plan.packs}
        for one in wanted
    ]
    form = NewOrderForm(
        data={"supplier_id": supplier_id, "lines": lines, "expected_on": _expected(supplier_id, wanted)}
    )
    offered = [(row.id, row.name) for row in queries.suppliers(active=True)]
    form.supplier_id.choices = f.choices(offered, empty="Choose…")
    ids = {entry.form.product_id.data for entry in form.lines.entries} - {None}
    return form, {product.id: product for product in queries.products_by_id(ids)}


def _suggested(one: queries.Supply, supplier_id: int | None) -> bool:
    mine = one.supplier.id if one.supplier else None
    return bool(one.plan.packs) and not one.is_withdrawn and supplier_id is not None and mine == supplier_id


def _expected(supplier_id: int | None, wanted: list[queries.Supply]) -> date | None:
    """The day by which all of it should come, where every lead time is known."""
    days = [one.lead_days for one in wanted]
    if not days or None in days:
        return None
    return today() + timedelta(days=max(day for day in days if day is not None))
