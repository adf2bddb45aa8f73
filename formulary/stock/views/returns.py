"""Returns to suppliers: of sealed containers, of an opened vial, the list and the note that goes along."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, flash, g, redirect, request, url_for

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.accounts import queries as accounts
from formulary.db import retried
from formulary.stock import actions, labels, queries
from formulary.stock.forms import ReturnLotForm, ReturnVialForm
from formulary.stock.views.room import Answer, bp, done, page
from formulary.web import fields as f
from formulary.web import pdf, words
from formulary.web.paging import Window


@bp.get("/returns")
@requires(Permission.SEE_STOCK)
def returns() -> Answer:
    """What went back, the newest first."""
    found = queries.returns(g.site.id, Window.of(request.args))
    return page("returns", found=found, rows=labels.returned(found.rows))


@bp.get("/returns/<id:return_id>")
@requires(Permission.SEE_STOCK)
def supplier_return(return_id: int) -> Answer:
    """One return."""
    row = queries.supplier_return(return_id, g.site.id)
    return page("return", one=labels.returned([row])[0], together=len(_sent_with(row)))


@bp.get("/returns/<id:return_id>/note.pdf")
@requires(Permission.SEE_STOCK)
def return_note(return_id: int) -> Response:
    """The note that goes along with what is returned."""
    row = queries.supplier_return(return_id, g.site.id)
    printed = pdf.render("stock/return_note.html", lines=labels.returned([row]), site=g.site)
    return pdf.answer(printed, f"return-{row.code}.pdf")


@bp.get("/returns/<id:return_id>/note-of-all.pdf")
@requires(Permission.SEE_STOCK)
def note_of_all(return_id: int) -> Response:
    """One note for all that went back to this supplier on the same day."""
    row = queries.supplier_return(return_id, g.site.id)
    lines = labels.returned(_sent_with(row) or [row])
    printed = pdf.render("stock/return_note.html", lines=lines, site=g.site)
    return pdf.answer(printed, f"returns-with-{row.code}.pdf")


def _sent_with(row: Any) -> list[Any]:
    """What went back with it: to the same supplier, on the same day of the site."""
    zone = ZoneInfo(g.site.zone)
    day = row.at.astimezone(zone).date()
    begin, end = (datetime.combine(day + timedelta(days=n), time(), zone).astimezone(UTC) for n in (0, 1))
    return queries.sent_with(row, begin, end)


@bp.route("/lots/<id:lot_id>/return", methods=["GET", "POST"])
@requires(Permission.RECEIVE_STOCK)
@retried
def return_lot(lot_id: int) -> Answer:
    """Send sealed containers of a lot back."""
    row, form = queries.lot(lot_id), _offered(ReturnLotForm(), lot_id)
    here = {p.id: p for p in queries.places(g.site.id, ["storage", "quarantine"])}
    lying = [c.place_id for c in queries.contents(lot_id=lot_id) if c.place_id in here and not c.vial_id]
    form.place_id.choices = f.choices([(key, here[key].name) for key in dict.fromkeys(lying)])
    if form.validate_on_submit() and (
        made := done(
            form,
            "stock.return",
            lambda at: actions.return_lot(
                queries.lot(lot_id),
                place=queries.place_by_id(form.place_id.data, g.site.id),
                quantity=form.containers.data * actions.content_of(queries.lot(lot_id)),
                **form.values("place_id", "containers"),
                at=at,
                by=g.actor,
                key=form.key,
            ),
        )
    ):
        return _to(made)
    return page("return_goods", form, lot=row, vial=None)


@bp.route("/vials/<id:vial_id>/return", methods=["GET", "POST"])
@requires(Permission.RECEIVE_STOCK)
@retried
def return_vial(vial_id: int) -> Answer:
    """Send an opened vial back."""
    row = queries.vial(vial_id, g.site.id)
    form = _offered(ReturnVialForm(), row.lot_id)
    if form.validate_on_submit() and (
        made := done(
            form,
            "stock.return",
            lambda at: actions.return_vial(
                queries.vial(vial_id, g.site.id), **form.values(), at=at, by=g.actor, key=form.key
            ),
        )
    ):
        return _to(made)
    return page("return_goods", form, lot=row.lot, vial=row)


def _offered(form: Any, lot_id: int) -> Any:
    """The form with the deliveries of the lot and the currency of the site."""
    came = [(r.delivery.id, _came(r.delivery)) for r in queries.receipts(lot_id, g.site.id)]
    form.delivery_id.choices = f.choices(came, empty="not known")
    form.credit.offer(accounts.currency(g.site.id, clock.now()))
    return form


def _came(delivery: Any) -> str:
    day = words.day(delivery.received_at, ZoneInfo(g.site.zone))
    return ", ".join(filter(None, (delivery.supplier, delivery.note_number, day)))


def _to(made: Any) -> Answer:
    flash(f"{made.code} is on record. Put its note into the box.")
    return redirect(url_for("stock.supplier_return", return_id=made.id))  # type: ignore[return-value]
