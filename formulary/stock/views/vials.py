"""A vial: its page and label, and what is done with it."""

from typing import Any

from flask import flash, g, request

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.accounts import queries as accounts
from formulary.catalogue import queries as catalogue
from formulary.db import retried
from formulary.rules.findings import refuse
from formulary.rules.lot_status import usable
from formulary.stock import actions, facts, labels, queries
from formulary.stock.forms import MoveVialForm, ReconstituteForm, WasteVialForm
from formulary.stock.views.room import Answer, bins, bp, done, page, paper, signed_by_another, to_vial
from formulary.web import barcodes, pdf
from formulary.web import fields as f
from formulary.web.paging import Window

LAPSED, PAST_IT = "beyond_use", "past_beyond_use"
"""At its beyond-use date the rest of a vial is proposed for waste: the page says why already."""


@bp.get("/vials/<id:vial_id>")
@requires(Permission.SEE_STOCK)
def vial(vial_id: int) -> Answer:
    """A vial: what is left, until when, what is in it and where it went."""
    row = queries.vial(vial_id, g.site.id)
    movements = queries.movements_of_vial(row.id, Window.of(request.args))
    return page("vial", card=_card(row), movements=movements, rows=labels.moved(movements.rows))


@bp.get("/vials/<id:vial_id>/label.pdf")
@requires(Permission.SEE_STOCK)
def vial_label(vial_id: int) -> Any:
    """The vial's label with our own code, on label stock or A4."""
    row = queries.vial(vial_id, g.site.id)
    names = accounts.person_names([row.opened_by_id] if row.opened_by_id else [])
    untils = {row.id: labels.until_of(row, facts.of_vials([row.id], clock.now()).get(row.id))}
    told = {"names": names, "untils": untils, "paper": paper(), "barcode": barcodes.own}
    return pdf.answer(pdf.render("stock/label.html", vials=[row], **told), f"label-{row.code}.pdf")


@bp.route("/vials/<id:vial_id>/reconstitute", methods=["GET", "POST"])
@requires(Permission.RECEIVE_STOCK)
@retried
def reconstitute(vial_id: int) -> Answer:
    """Record the diluent of a powder."""
    row, form = queries.vial(vial_id, g.site.id), ReconstituteForm()
    form.diluent.choices = f.choices(_diluents(row), empty="Choose…")
    if form.validate_on_submit() and done(
        form,
        "stock.reconstitute",
        lambda at: actions.reconstitute(
            queries.vial(vial_id, g.site.id),
            **_source(form.diluent.data),
            volume=form.volume.data,
            displacement=form.displacement.data,
            reconstituted_at=form.reconstituted_at.data,
            late_reason=form.late_reason.data,
            at=at,
            by=g.actor,
            key=form.key,
        ),
    ):
        flash(f"Vial {row.code} is reconstituted.")
        return to_vial(vial_id)
    return page("reconstitute", form, card=_card(row), stated=labels.stated_diluent(row.lot.product))


@bp.route("/vials/<id:vial_id>/waste", methods=["GET", "POST"])
@requires(Permission.PREPARE)
@retried
def waste_vial(vial_id: int) -> Answer:
    """Waste what is left in a vial, or a part of it."""
    row, form = queries.vial(vial_id, g.site.id), WasteVialForm()
    form.stream_id.choices = bins()
    if form.validate_on_submit() and signed_by_another(
        form,
        "stock.waste",
        lambda witness, at: actions.waste_vial(
            queries.vial(vial_id, g.site.id),
            **form.values("signer"),
            witness=witness,
            at=at,
            by=g.actor,
            key=form.key,
        ),
    ):
        flash(f"Wasted from vial {row.code}.")
        return to_vial(vial_id)
    card = _card(row)
    if not form.is_submitted() and card.told.state == LAPSED:
        form.reason.data = PAST_IT
    return page("waste_vial", form, card=card)


@bp.route("/vials/<id:vial_id>/move", methods=["GET", "POST"])
@requires(Permission.RECEIVE_STOCK)
@retried
def move_vial(vial_id: int) -> Answer:
    """Move an open vial to another place of the site."""
    row, form = queries.vial(vial_id, g.site.id), MoveVialForm()
    targets = queries.places(g.site.id, ["in_use", "quarantine"])
    form.target_id.choices = f.choices([(p.id, p.name) for p in targets])
    if form.validate_on_submit() and done(
        form,
        "stock.move",
        lambda at: actions.move_vial(
            queries.vial(vial_id, g.site.id),
            target=queries.place_by_id(form.target_id.data, g.site.id),
            remark=form.remark.data,
            at=at,
            by=g.actor,
            key=form.key,
        ),
    ):
        flash(f"Vial {row.code} is moved.")
        return to_vial(vial_id)
    lies = {content.place_id for content in queries.contents(vial_id=vial_id)}
    form.target_id.choices = f.choices([(p.id, p.name) for p in targets if p.id not in lies])
    return page("move_vial", form, card=_card(row))


def _card(row: Any) -> labels.VialCard:
    at = clock.now()
    lies = facts.of_vials([row.id], at).get(row.id)
    return labels.vial_card(row, lies, labels.state_of(lies, at) if lies and lies.remaining.steps else None)


def _diluents(vial: Any) -> list[tuple[str, str]]:
    """Diluents that may be used now and that the powder's label allows, sealed by place and open by vial."""
    at, powder = clock.now(), vial.lot.product
    fluids = (p for p in catalogue.products() if p.ingredient.role == "diluent")
    names = {p.id: p.name for p in fluids if queries.may_dissolve(powder, p)}
    places = {p.name: p.id for p in queries.places(g.site.id)}
    whom = {"for_patient": vial.opened_for_id, "for_ref": f"reconstitution:{vial.id}"}
    found = facts.candidates(g.site.id, names, at)
    offered = [s for s in found if not usable(s, at=at, **whom)]
    return [
        (f"vial-{s.vial_id}" if s.vial_id else f"lot-{s.lot_id}-{places[s.place]}", _words(s, names))
        for s in offered
    ]


def _words(stock: Any, names: dict[int, str]) -> str:
    left = labels.refusals.written(stock.remaining, g.site.id)
    where = f"open vial {stock.vial}" if stock.vial else stock.place
    return f"{names[stock.product_id]}, lot {stock.lot}, {where}, {left}"


def _source(chosen: str) -> dict[str, Any]:
    """The lot, place and vial behind an answer of the select, looked up inside the act."""
    kind, _, rest = chosen.partition("-")
    first, _, second = rest.partition("-")
    if kind == "vial":
        source = queries.vial(int(first), g.site.id)
        return {"diluent_lot": source.lot, "diluent_source": actions.where_is(source), "diluent_vial": source}
    if kind != "lot" or not second:
        raise refuse("diluent.missing", "diluent", "No diluent was chosen.", "Choose one.", field="diluent")
    place = queries.place_by_id(int(second), g.site.id)
    return {"diluent_lot": queries.lot(int(first)), "diluent_source": place}
