"""Suppliers: who they are, what each has sent, how long its orders take."""

from flask import Response, flash, g, redirect, url_for

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.db import retried
from formulary.stock import actions, queries
from formulary.stock.forms import ChangeSupplierForm, SupplierForm
from formulary.stock.labels import purchases
from formulary.stock.views.room import Answer, bp, done, page, today


@bp.get("/suppliers")
@requires(Permission.SEE_STOCK)
def suppliers() -> Answer:
    """Every supplier, with what it brought here."""
    return page("suppliers", rows=queries.delivering(g.site.id))


@bp.route("/suppliers/add", methods=["GET", "POST"])
@requires(Permission.ORDER_STOCK)
@retried
def add_supplier() -> Answer:
    """Enter a supplier before its first delivery."""
    form = SupplierForm()
    if form.validate_on_submit() and (
        row := done(
            form,
            "stock.add_supplier",
            lambda at: actions.add_supplier(**form.values(), at=at, by=g.actor, key=form.key),
        )
    ):
        flash(f"{row.name} is on record.")
        return to_supplier(row.id)
    return page("supplier_edit", form, supplier=None)


@bp.get("/suppliers/<id:supplier_id>")
@requires(Permission.SEE_STOCK)
def supplier(supplier_id: int) -> Answer:
    """One supplier: products, orders, lead time as stated and as it was."""
    row = queries.supplier(supplier_id)
    took = queries.took(supplier_id, g.site.id)
    told = {"brought": queries.brought_by(supplier_id, g.site.id), "took": took}
    orders = purchases.order_rows(queries.orders_to(supplier_id, g.site.id), today())
    usual = queries.Delivers(row, 0, 0, None, took).usual_days
    return page("supplier", supplier=row, orders=orders, usual=usual, now=clock.now(), **told)


@bp.route("/suppliers/<id:supplier_id>/change", methods=["GET", "POST"])
@requires(Permission.ORDER_STOCK)
@retried
def change_supplier(supplier_id: int) -> Answer:
    """State its lead time, note how it is reached, put it out of use."""
    row = queries.supplier(supplier_id)
    names = ("lead_days", "contact", "is_active", "row_version")
    form = ChangeSupplierForm(data={name: getattr(row, name) for name in names})
    if form.validate_on_submit() and done(
        form,
        "stock.change_supplier",
        lambda at: actions.change_supplier(
            supplier_id, **form.values(), version=form.version, at=at, by=g.actor, key=form.key
        ),
    ):
        flash(f"{row.name} is changed.")
        return to_supplier(supplier_id)
    return page("supplier_edit", form, supplier=row)


def to_supplier(supplier_id: int) -> Response:
    """To the page of a supplier."""
    return redirect(url_for("stock.supplier", supplier_id=supplier_id))  # type: ignore[return-value]
