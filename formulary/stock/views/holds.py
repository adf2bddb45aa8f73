"""Placing and releasing holds: a page of its own that lists what will stop."""

from typing import Any

from flask import abort, flash, g, redirect, url_for
from werkzeug.wrappers import Response

from formulary.accounts import Permission, requires
from formulary.accounts import queries as accounts
from formulary.catalogue import queries as catalogue
from formulary.db import Missing, retried
from formulary.stock import actions, labels, queries
from formulary.stock.forms import HoldForm, ReleaseHoldForm
from formulary.stock.views.room import Answer, bp, done, page

KINDS = ("lot", "vial", "place", "product")


@bp.route("/hold/<kind>/<id:object_id>", methods=["GET", "POST"])
@requires(Permission.PLACE_HOLD)
@retried
def hold(kind: str, object_id: int) -> Answer:
    """Put something on hold, after seeing what will stop."""
    if kind not in KINDS:
        abort(404)
    name, back = _subject(kind, object_id)
    form = HoldForm()
    if form.validate_on_submit() and (
        placed := done(
            form,
            "stock.hold",
            lambda at: actions.place_hold(kind, object_id, **form.values(), at=at, by=g.actor, key=form.key),
        )
    ):
        flash(f"{name} is on hold ({placed.code}).")
        return redirect(back)  # type: ignore[return-value]
    stops = labels.stopped_words(queries.what_stops(kind, object_id))
    return page("hold", form, name=name, back=back, stops=stops)


@bp.route("/holds/<id:hold_id>/release", methods=["GET", "POST"])
@requires(Permission.RELEASE_HOLD)
@retried
def release_hold(hold_id: int) -> Answer | Response:
    """End a hold, with what was found."""
    row, form = queries.hold(hold_id), ReleaseHoldForm()
    name, back = _subject(row.object_kind, row.object_id)
    if form.validate_on_submit() and done(
        form,
        "stock.release_hold",
        lambda at: actions.release_hold(hold_id, reason=form.reason.data, at=at, by=g.actor, key=form.key),
    ):
        flash(f"Hold {row.code} on {name} is released.")
        return redirect(back)
    return page(
        "release_hold", form, hold=row, name=name, back=back, names=accounts.person_names([row.placed_by_id])
    )


def _subject(kind: str, object_id: int) -> tuple[str, str]:
    """What is held, in words, and its page; Missing for a vial or place of another site."""
    subjects: dict[str, Any] = {
        "lot": _lot, "vial": _vial, "place": _place, "product": _product, "formula_version": _formula,
    }  # fmt: skip
    if kind not in subjects:
        return f"{kind} {object_id}", url_for("stock.index")
    name, back = subjects[kind](object_id)
    return name, back


def _formula(version_id: int) -> tuple[str, str]:
    return str(catalogue.formula_version(version_id)), url_for("catalogue.formula", version_id=version_id)


def _lot(lot_id: int) -> tuple[str, str]:
    return str(queries.lot(lot_id)), url_for("stock.lot", lot_id=lot_id)


def _vial(vial_id: int) -> tuple[str, str]:
    return f"Vial {queries.vial(vial_id, g.site.id)}", url_for("stock.vial", vial_id=vial_id)


def _place(place_id: int) -> tuple[str, str]:
    return str(queries.place_by_id(place_id, g.site.id)), url_for("stock.index")


def _product(product_id: int) -> tuple[str, str]:
    row = catalogue.product(product_id)
    if row is None:
        raise Missing(f"No product {product_id}")
    return str(row), url_for("catalogue.product", product_id=product_id)
