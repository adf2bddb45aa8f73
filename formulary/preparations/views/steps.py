"""One step at the bench: scan the vial, mix the powder, confirm the draw, undo it."""

from flask import flash, g, redirect, url_for
from werkzeug.wrappers import Response

from formulary import clock
from formulary.accounts import Permission, guards, requires
from formulary.db import retried, transaction
from formulary.preparations import actions
from formulary.preparations.forms import DrawForm, MixForm, ScanForm, UndoForm
from formulary.preparations.views.pages import Page, act, attempt_page, bp
from formulary.rules.findings import Refused
from formulary.rules.lot_status import day_of


@bp.post("/<id:attempt_id>/steps/<int:position>/scan")
@requires(Permission.PREPARE)
@retried
def scan(attempt_id: int, position: int) -> Page:
    """Take the vial in hand: the right one is opened, a wrong one is refused and kept as a close call."""
    form, at = ScanForm(), clock.now()
    if not form.validate():
        return attempt_page(attempt_id, scan=form), 422
    try:
        shown = _shown(form)
        with transaction():
            actions.scan_vial(attempt_id, position, shown=shown, at=at, by=g.actor, key=form.key)
    except Refused as refusal:
        with transaction():
            raw = form.scan.data or form.lot.data
            actions.note_close_call(attempt_id, position, refusal, raw=raw, at=at, by=g.actor)
        form.add_findings(refusal.findings)
        return attempt_page(attempt_id, scan=form), 422
    return _back(attempt_id)


@bp.post("/<id:attempt_id>/steps/<int:position>/mix")
@requires(Permission.PREPARE)
@retried
def mix(attempt_id: int, position: int) -> Page:
    """Record the reconstitution of a powder: diluent, its lot, volume, time."""
    form = MixForm()
    form.diluent_lot_id.choices = _posted_choice(form)
    return act(
        attempt_id,
        form,
        "mix",
        lambda at: actions.mix_powder(
            attempt_id,
            position,
            diluent_lot_id=form.diluent_lot_id.data,
            volume=form.volume.data,
            at=at,
            by=g.actor,
            key=form.key,
        ),
        "The powder is mixed; its time runs.",
    )


@bp.post("/<id:attempt_id>/steps/<int:position>/draw")
@requires(Permission.PREPARE)
@retried
def draw(attempt_id: int, position: int) -> Page:
    """Confirm a draw: the ledger moves at once."""
    form, at = DrawForm(), clock.now()
    if not form.validate():
        return attempt_page(attempt_id, draw=form), 422
    try:
        deviation = _deviation(form, at)
    except Refused as refusal:
        form.add_findings(refusal.findings)
        return attempt_page(attempt_id, draw=form), 422
    return act(
        attempt_id,
        form,
        "draw",
        lambda now: actions.confirm_draw(
            attempt_id,
            position,
            measured=form.measured.data,
            deviation=deviation,
            at=now,
            by=g.actor,
            key=form.key,
        ),
        "Drawn.",
    )


@bp.post("/<id:attempt_id>/draws/<id:draw_id>/undo")
@requires(Permission.PREPARE)
@retried
def undo(attempt_id: int, draw_id: int) -> Page:
    """Take back the newest draw from a vial, where nothing left it."""
    form = UndoForm()
    return act(
        attempt_id,
        form,
        "undo",
        lambda at: actions.undo_draw(draw_id, at=at, by=g.actor, key=form.key),
        "Taken back; the ledger shows both.",
    )


def _shown(form: ScanForm) -> actions.Shown:
    if form.scan.data:
        scan = form.scan.read(day_of(clock.now(), g.site.zone))
        return actions.Shown(scan.raw, scan.gtin, scan.lot, scan.expires_on, vial=scan.own)
    again = (form.lot_again.data, form.expires_on_again.data) if form.expires_on_again.data else None
    second = guards.second_person(form.signer, at=clock.now()) if form.signer.form.username.data else None
    return actions.Shown(
        raw=form.lot.data,
        lot=form.lot.data,
        expires_on=form.expires_on.data,
        typed_again=again,
        second_person=second,
    )


def _deviation(form: DrawForm, at: object) -> actions.Deviation | None:
    if not (form.reason.data and form.signer.form.username.data):
        return None
    return actions.Deviation(form.reason.data, guards.second_person(form.signer, at=clock.now()))


def _posted_choice(form: MixForm) -> list[object]:
    from formulary.web import fields as f  # noqa: PLC0415

    chosen = form.diluent_lot_id.data
    return f.choices([(chosen, "the lot chosen")] if chosen else [], empty=None)


def _back(attempt_id: int) -> Response:
    flash("The right vial.")
    return redirect(url_for("preparations.attempt", attempt_id=attempt_id))
