"""Places of the site, for its administrator."""

from flask import flash, g, redirect, url_for
from werkzeug.wrappers import Response

from formulary.accounts import Permission, requires
from formulary.db import retried
from formulary.stock import actions, labels, queries
from formulary.stock.forms import AddPlaceForm, ChangePlaceForm
from formulary.stock.labels.temperature import range_words
from formulary.stock.views.room import Answer, bp, done, page
from formulary.web import barcodes, pdf


@bp.get("/places")
@requires(Permission.MANAGE_CLINIC)
def places() -> Answer:
    """Every place of the site, and what each is for."""
    rows = queries.places(g.site.id, inactive=True)
    ranges = {row.id: range_words(queries.span_of_place(row)) for row in rows if row.kind in queries.LIES_AT}
    return page("places", places=rows, ranges=ranges, kinds=labels.PLACE_KINDS)


@bp.route("/places/add", methods=["GET", "POST"])
@requires(Permission.MANAGE_CLINIC)
@retried
def add_place() -> Answer | Response:
    """Add a shelf or another place."""
    form = AddPlaceForm()
    if form.validate_on_submit() and (
        place := done(
            form,
            "stock.add_place",
            lambda at: actions.add_place(g.site.id, **form.values(), at=at, by=g.actor, key=form.key),
        )
    ):
        flash(f"{place} is there.")
        return redirect(url_for("stock.places"))
    return page("add_place", form)


@bp.get("/places/labels.pdf")
@requires(Permission.MANAGE_CLINIC)
def place_labels() -> Response:
    """A label for every place on which stock lies; its code opens what lies there."""
    rows = [(place, queries.place_code(place)) for place in queries.places(g.site.id, queries.LIES_AT)]
    return pdf.answer(
        pdf.render("stock/label_places.html", rows=rows, barcode=barcodes.own), "labels-places.pdf"
    )


@bp.route("/places/<id:place_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_CLINIC)
@retried
def change_place(place_id: int) -> Answer | Response:
    """Rename a place, or close it."""
    place = queries.place_by_id(place_id, g.site.id)
    form = ChangePlaceForm(obj=place)
    if form.validate_on_submit() and done(
        form,
        "stock.change_place",
        lambda at: actions.change_place(place_id, **form.values(), at=at, by=g.actor, key=form.key),
    ):
        flash(f"{form.name.data} is changed.")
        return redirect(url_for("stock.places"))
    return page("change_place", form, place=place, kinds=labels.PLACE_KINDS)
