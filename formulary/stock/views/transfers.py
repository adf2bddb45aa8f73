"""Transfers between sites: what is packed, sent and awaited, the slip, and receiving."""

from typing import Any

from flask import Response, flash, g, redirect, request, url_for

from formulary.accounts import Permission, requires
from formulary.db import retried
from formulary.stock import actions, labels, queries
from formulary.stock.forms import (
    ArriveForm,
    CancelTransferForm,
    PackLotForm,
    PackVialForm,
    SendForm,
    TakeOutForm,
    arrive_form,
)
from formulary.stock.views.room import Answer, bp, done, page
from formulary.web import barcodes, pdf
from formulary.web import fields as f
from formulary.web.paging import Window


@bp.get("/transfers")
@requires(Permission.SEE_STOCK)
def transfers() -> Answer:
    """What is under way from here and to here, and what is over."""
    over = queries.ended_transfers(g.site.id, Window.of(request.args))
    here = labels.boxes(queries.under_way(g.site.id), g.site.id)
    return page("transfers", under_way=here, over=over, rows=labels.boxes(over.rows, g.site.id))


@bp.get("/transfers/<id:transfer_id>")
@requires(Permission.SEE_STOCK)
def transfer(transfer_id: int) -> Answer:
    """A transfer: what is in it, how it stands, and what can be done with it here."""
    return page("transfer", TakeOutForm(), box=box_of(transfer_id))


@bp.route("/lots/<id:lot_id>/pack", methods=["GET", "POST"])
@requires(Permission.RECEIVE_STOCK)
@retried
def pack_lot(lot_id: int) -> Answer:
    """Pack sealed containers of a lot for another site."""
    row, form = queries.lot(lot_id), PackLotForm()
    here = {p.id: p for p in queries.places(g.site.id, ["storage"])}
    lying = [c.place_id for c in queries.contents(lot_id=lot_id) if c.place_id in here and not c.vial_id]
    form.place_id.choices = f.choices([(key, here[key].name) for key in dict.fromkeys(lying)])
    form.to_site_id.choices = _sites()
    if form.validate_on_submit() and (
        line := done(
            form,
            "stock.pack",
            lambda at: actions.pack_lot(
                queries.lot(lot_id),
                to_site_id=form.to_site_id.data,
                place=queries.place_by_id(form.place_id.data, g.site.id),
                quantity=form.containers.data * actions.content_of(queries.lot(lot_id)),
                at=at,
                by=g.actor,
                key=form.key,
            ),
        )
    ):
        flash(f"Packed: {form.containers.data:,} of {row}. It leaves its shelf when the box is sent.")
        return to_transfer(line.transfer_id)
    return page("transfer_pack", form, lot=row, vial=None)


@bp.route("/vials/<id:vial_id>/pack", methods=["GET", "POST"])
@requires(Permission.RECEIVE_STOCK)
@retried
def pack_vial(vial_id: int) -> Answer:
    """Pack an open vial for another site."""
    row, form = queries.vial(vial_id, g.site.id), PackVialForm()
    form.to_site_id.choices = _sites()
    if form.validate_on_submit() and (
        line := done(
            form,
            "stock.pack",
            lambda at: actions.pack_vial(
                queries.vial(vial_id, g.site.id), **form.values(), at=at, by=g.actor, key=form.key
            ),
        )
    ):
        flash(f"Packed: vial {row.code}. It leaves its place when the box is sent.")
        return to_transfer(line.transfer_id)
    return page("transfer_pack", form, lot=row.lot, vial=row)


@bp.post("/transfers/<id:transfer_id>/lines/<id:line_id>/out")
@requires(Permission.RECEIVE_STOCK)
@retried
def take_out(transfer_id: int, line_id: int) -> Answer:
    """Take a line out of the box."""
    form = TakeOutForm()
    if form.validate_on_submit() and done(
        form,
        "stock.take_out",
        lambda at: actions.take_out(transfer_id, line_id, at=at, by=g.actor, key=form.key),
    ):
        flash("It is out of the box, and lies where it lay.")
        return to_transfer(transfer_id)
    return page("transfer", form, box=box_of(transfer_id))


@bp.route("/transfers/<id:transfer_id>/send", methods=["GET", "POST"])
@requires(Permission.RECEIVE_STOCK)
@retried
def send_transfer(transfer_id: int) -> Answer:
    """Send what is packed."""
    box, form = box_of(transfer_id), SendForm()
    if form.validate_on_submit() and done(
        form,
        "stock.send",
        lambda at: actions.send_transfer(transfer_id, **form.values(), at=at, by=g.actor, key=form.key),
    ):
        flash(f"{box.row.code} is on its way to {box.to_site}. Put its slip into the box.")
        return to_transfer(transfer_id)
    return page("transfer_send", form, box=box)


@bp.route("/transfers/<id:transfer_id>/cancel", methods=["GET", "POST"])
@requires(Permission.RECEIVE_STOCK)
@retried
def cancel_transfer(transfer_id: int) -> Answer:
    """Call it back before it arrives."""
    box, form = box_of(transfer_id), CancelTransferForm()
    if form.validate_on_submit() and done(
        form,
        "stock.cancel_transfer",
        lambda at: actions.cancel_transfer(transfer_id, **form.values(), at=at, by=g.actor, key=form.key),
    ):
        flash(f"{box.row.code} is called back: all of it lies where it lay.")
        return to_transfer(transfer_id)
    return page("transfer_cancel", form, box=box)


@bp.route("/transfers/<id:transfer_id>/receive", methods=["GET", "POST"])
@requires(Permission.RECEIVE_STOCK)
@retried
def receive_transfer(transfer_id: int) -> Answer:
    """Book in what came of it."""
    box = box_of(transfer_id)
    lines = [line.packed for line in box.lines if line.packed.row.outstanding]
    most = {line.row.id: labels.containers_left(line) for line in lines}
    shelves = [p for kind in ("storage", "quarantine") for p in queries.places(g.site.id, [kind])]
    form = arrive_form(lines, shelves, queries.places(g.site.id, ["in_use"]), most)
    if form.validate_on_submit() and done(
        form, "stock.receive_transfer", lambda at: _receive(transfer_id, form, at)
    ):
        flash(_said(box_of(transfer_id)))
        return to_transfer(transfer_id)
    return page("transfer_receive", form, box=box, labelled=_are_labelled(lines, box.row.site_id))


@bp.get("/transfers/<id:transfer_id>/slip.pdf")
@requires(Permission.SEE_STOCK)
def transfer_slip(transfer_id: int) -> Response:
    """The slip for the box: what is in it, and the code that opens it where it arrives."""
    box = box_of(transfer_id)
    printed = pdf.render("stock/transfer_slip.html", box=box, barcode=barcodes.own)
    return pdf.answer(printed, f"transfer-{box.row.code}.pdf")


def _are_labelled(lines: list[Any], site_id: int) -> bool:
    """Whether any of what comes may carry a label of ours."""
    return any(line.vial is None and queries.labelled_vials(line.lot.id, site_id) for line in lines)


def _receive(transfer_id: int, form: ArriveForm, at: Any) -> Any:
    return actions.receive_transfer(
        transfer_id,
        came=[_came(form, line) for line in form.lines],
        arrived_at_tenths=form.arrived_at_tenths.data,
        remark=form.remark.data,
        labels=form.codes(),
        at=at,
        by=g.actor,
        key=form.key,
    )


def _came(form: ArriveForm, line: Any) -> actions.Arrived:
    """What was typed at a line in the lot's steps; the last container may be a part of one."""
    whole, damaged, place_id = (field.data or 0 for field in form.line_fields(line))
    left, content = line.row.outstanding, line.lot.product.content or 1
    one = left if line.vial is not None else content
    arrived = min(whole * one, left) if whole * one - left < one else whole * one
    return actions.Arrived(line.row.id, arrived, damaged * one, queries.place_by_id(place_id, g.site.id))


def _said(box: labels.Box) -> str:
    if box.row.state == "missing":
        return f"{box.row.code} is received in part; what is missing stays in transit until it is explained."
    return f"{box.row.code} is received."


def box_of(transfer_id: int) -> labels.Box:
    """A transfer of this site with its lines in words."""
    return labels.boxes([queries.transfer(transfer_id, g.site.id)], g.site.id)[0]


def _sites() -> Any:
    return f.choices([(site.id, site.name) for site in queries.other_sites(g.site.id)], empty="Choose…")


def to_transfer(transfer_id: int) -> Answer:
    """Back to its page."""
    return redirect(url_for("stock.transfer", transfer_id=transfer_id))  # type: ignore[return-value]
