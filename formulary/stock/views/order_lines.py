"""The lines of a purchase order: added, changed, called off; with a reason once the order was sent."""

from typing import Any

from flask import flash, g, request

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.accounts import queries as accounts
from formulary.catalogue import queries as catalogue
from formulary.db import retried
from formulary.rules.reordering import allowed
from formulary.stock import actions, labels, queries
from formulary.stock.forms import AddLineForm, DropLineForm, OrderLineForm
from formulary.stock.labels import purchases
from formulary.stock.labels.prices import agreed
from formulary.stock.views.orders import to_order
from formulary.stock.views.room import Answer, bp, done, page, today
from formulary.web import fields as f
from formulary.web.asked import row_asked


@bp.route("/orders/<id:order_id>/add", methods=["GET", "POST"])
@requires(Permission.ORDER_STOCK)
@retried
def add_line(order_id: int) -> Answer:
    """Add a product: choose it, see the packs that it comes in, say how many."""
    found = queries.order(order_id, g.site.id)
    if request.method == "GET" and not allowed(found.state, "add"):
        return to_order(order_id)
    form = _offered(found)
    to_be_added = form.is_submitted() and not form.reading
    if (
        to_be_added
        and form.validate()
        and done(
            form,
            "stock.add_order_line",
            lambda at: actions.add_line(
                order_id,
                form.line(),
                reason=form.agreed()["reason"],
                version=form.version,
                at=at,
                by=g.actor,
                key=form.key,
            ),
        )
    ):
        flash(f"{found.row.code} has another line.")
        return to_order(order_id)
    return page("order_line", form, order=found, line=None)


@bp.route("/orders/lines/<id:line_id>", methods=["GET", "POST"])
@requires(Permission.ORDER_STOCK)
@retried
def change_line(line_id: int) -> Answer:
    """Change packs, day or price."""
    found, line = queries.order_of_line(line_id, g.site.id)
    if request.method == "GET" and not allowed(found.state, "change"):
        return to_order(found.row.id)
    data = {"packs": line.row.packs, "expected_on": line.row.expected_on}
    data |= {"price": agreed(line.row), "row_version": found.row.row_version}
    form = OrderLineForm(data=data)
    form.offer(accounts.currency(g.site.id, clock.now()), is_sent=found.state != "draft")
    if form.validate_on_submit() and done(
        form,
        "stock.change_order_line",
        lambda at: actions.change_line(
            line_id, **form.agreed(), version=form.version, at=at, by=g.actor, key=form.key
        ),
    ):
        flash(f"Line {line.row.number} of {found.row.code} is changed.")
        return to_order(found.row.id)
    return page("order_line", form, order=found, line=_row(found, line))


@bp.route("/orders/lines/<id:line_id>/drop", methods=["GET", "POST"])
@requires(Permission.ORDER_STOCK)
@retried
def drop_line(line_id: int) -> Answer:
    """Call off what is outstanding of a line."""
    found, line = queries.order_of_line(line_id, g.site.id)
    if request.method == "GET" and not (allowed(found.state, "change") and line.outstanding):
        return to_order(found.row.id)
    form = DropLineForm(data={"row_version": found.row.row_version})
    if form.validate_on_submit() and done(
        form,
        "stock.drop_order_line",
        lambda at: actions.drop_line(
            line_id, **form.values(), version=form.version, at=at, by=g.actor, key=form.key
        ),
    ):
        flash(f"What was outstanding of line {line.row.number} is called off.")
        return to_order(found.row.id)
    return page("order_drop", form, order=found, line=_row(found, line))


def _row(found: queries.Order, line: queries.Ordered) -> purchases.LineRow:
    rows = purchases.order_rows([found], today())[0].lines
    return next(row for row in rows if row.line.row.id == line.row.id)


def _offered(found: queries.Order) -> AddLineForm:
    """The form with the products that can be had and, once one is chosen, its packs."""
    asked = row_asked("product")
    form = AddLineForm(data={"product_id": asked, "row_version": found.row.row_version})
    form.offer(accounts.currency(g.site.id, clock.now()), is_sent=found.state != "draft")
    products = [p for p in catalogue.products() if not queries.is_withdrawn(p)]
    form.product_id.choices = f.choices([(p.id, p.name) for p in products], empty="Choose…")
    product = next((p for p in products if p.id == form.product_id.data), None)
    form.per_pack.choices = f.choices(_packs(product), empty="Choose…")
    known = queries.level(g.site.id, product.id) if product else None
    if known and not form.per_pack.data:
        form.fill(per_pack=known.per_pack)
    return form


def _packs(product: Any) -> list[tuple[int, str]]:
    if product is None:
        return []
    sizes = queries.pack_levels([product.id])[product.id]
    word = labels.container_word(product)
    return [(size, f"1 {word}" if size == 1 else f"{size:,} {word}s") for size in sizes]
