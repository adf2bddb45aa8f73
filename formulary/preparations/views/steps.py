"""One step at the bench: scan the vial or type what is printed, mix the powder, confirm the draw."""

from typing import Any

from flask import g, render_template

from formulary import clock
from formulary.accounts import Permission, guards, requires
from formulary.audit import record_refusal
from formulary.db import retried, transaction
from formulary.preparations import actions, facts, labels, queries
from formulary.preparations.forms import AnotherForm, ByHandForm, DrawForm, MixForm, ScanForm
from formulary.preparations.views.room import (
    Page,
    act,
    attempt_page,
    back,
    bp,
    do_it,
    offer_diluents,
    the_sheet,
)
from formulary.rules.findings import Refused, inputs_hash
from formulary.rules.lot_status import day_of
from formulary.web import takes_up_to
from formulary.web.fields.base import typed

READ_TO_ITS_END = 48 * 1024 * 1024
"""So many bytes are taken in, beyond what a photo may have: one that is too large is refused at its field."""


@bp.post("/<id:attempt_id>/steps/<int:position>/scan")
@requires(Permission.PREPARE)
@retried
def scan(attempt_id: int, position: int) -> Page:
    """Take the vial in hand: the right one is opened, a wrong one is refused and kept as a close call."""
    form = ScanForm()
    if not form.validate():
        return attempt_page(attempt_id, scan=form), 422
    try:
        shown = _shown(form)
        do_it(
            lambda at: actions.scan_vial(attempt_id, position, shown=shown, at=at, by=g.actor, key=form.key)
        )
    except Refused as refusal:
        return _refused_scan(attempt_id, position, refusal, scan=form)
    return back(attempt_id)


def _refused_scan(attempt_id: int, position: int, refusal: Refused, **given: Any) -> Page:
    """A wrong vial fills the screen and there is no way past; what is no scan is said on the page."""
    [form] = given.values()
    if not labels.is_close_call(refusal.findings[0]):
        form.add_findings(refusal.findings)
        return attempt_page(attempt_id, **given), 422
    _keep(attempt_id, position, refusal, form.scan.data or "")
    return _wrong_page(attempt_id, refusal), 422


def _keep(attempt_id: int, position: int, refusal: Refused, raw: str) -> None:
    with transaction():
        actions.note_close_call(attempt_id, position, refusal, raw=raw, at=clock.now(), by=g.actor)


def _wrong_page(attempt_id: int, refusal: Refused) -> str:
    sheet, form = the_sheet(attempt_id), ScanForm(formdata=None)
    return render_template("preparations/wrong.html", sheet=sheet, form=form, findings=refusal.findings)


@bp.route("/<id:attempt_id>/steps/<int:position>/by-hand", methods=["GET", "POST"])
@requires(Permission.PREPARE)
@retried
def by_hand(attempt_id: int, position: int) -> Page:
    """Where no code can be read: lot and expiry typed twice; a second person where the site asks for one."""
    form = ByHandForm()
    if form.validate_on_submit():
        try:
            shown = _typed(form)
            do_it(
                lambda at: actions.scan_vial(
                    attempt_id, position, shown=shown, at=at, by=g.actor, key=form.key
                )
            )
        except Refused as refusal:
            if labels.is_close_call(refusal.findings[0]):
                _keep(attempt_id, position, refusal, form.lot.data)
            form.add_findings(refusal.findings)
        else:
            return back(attempt_id)
    sheet = the_sheet(attempt_id)
    page = render_template("preparations/by_hand.html", sheet=sheet, step=sheet.current, form=form)
    return page, 422 if form.errors else 200


@bp.post("/<id:attempt_id>/steps/<int:position>/mix")
@requires(Permission.PREPARE)
@retried
def mix(attempt_id: int, position: int) -> Page:
    """Record the reconstitution of a powder: diluent, its lot, volume, time.

    A code in the scan field counts, whichever button is pressed: alone it chooses the lot, beside a volume it
    is the lot.
    """
    form = MixForm()
    offer_diluents(form, the_sheet(attempt_id))
    if form.reads_the_diluent:
        return _diluent_read(attempt_id, position, form)

    def note(refusal: Refused) -> None:
        _note_mixing(attempt_id, position, refusal, form)

    return act(attempt_id, form, "mix", lambda at: _mix(attempt_id, position, form, at), note=note)


def _mix(attempt_id: int, position: int, form: MixForm, at: Any) -> None:
    actions.mix_powder(
        attempt_id,
        position,
        diluent_lot_id=form.diluent_lot_id.data,
        shown=_shown(form) if form.scan.data else None,
        volume=form.volume.data,
        displacement=form.displacement.data,
        mixed_at=form.mixed_at.data,
        late_reason=form.late_reason.data,
        at=at,
        by=g.actor,
        key=form.key,
    )


def _diluent_read(attempt_id: int, position: int, form: MixForm) -> Page:
    """The scanned diluent chooses its lot; nothing is recorded until the volume is confirmed."""
    try:
        shown, chosen = _shown(form), form.diluent_lot_id.data
        found = actions.diluent_scanned(attempt_id, position, shown, g.actor, chosen_id=chosen)
        form.fill(diluent_lot_id=found.id)
    except Refused as refusal:
        _note_mixing(attempt_id, position, refusal, form)
        form.add_findings(refusal.findings)
        return attempt_page(attempt_id, mix=form), 422
    return attempt_page(attempt_id, mix=form)


def _note_mixing(attempt_id: int, position: int, refusal: Refused, form: MixForm) -> None:
    """A wrong diluent at the scanner is a close call; anything else is a mixing that was refused."""
    finding = refusal.findings[0]
    if finding.code.startswith("scan.") and labels.is_close_call(finding):
        _keep(attempt_id, position, refusal, form.scan.data or "")
    else:
        record_refusal("preparations.mix", refusal, by=g.actor)


@bp.post("/<id:attempt_id>/steps/<int:position>/draw")
@requires(Permission.PREPARE)
@takes_up_to(READ_TO_ITS_END)
@retried
def draw(attempt_id: int, position: int) -> Page:
    """Confirm a draw, with a photo of it or without: the ledger moves at once.

    The vial scanned once more beside the reading confirms it too; another vial there draws nothing, whichever
    button is pressed.
    """
    form = DrawForm()
    if (form.reading or form.scan.data) and (answer := _scanned_again(attempt_id, position, form)):
        return answer
    if not form.validate():
        return attempt_page(attempt_id, draw=form), 422
    try:
        deviation = _deviation(form)
    except Refused as refusal:
        form.add_findings(refusal.findings)
        return attempt_page(attempt_id, codes=labels.DEVIATES, draw=form), 422
    return act(
        attempt_id,
        form,
        "draw",
        lambda at: actions.confirm_draw(
            attempt_id,
            position,
            measured=form.measured.data,
            as_read=True,
            deviation=deviation,
            photo=form.photo.data or b"",
            at=at,
            by=g.actor,
            key=form.key,
        ),
    )


def _scanned_again(attempt_id: int, position: int, form: DrawForm) -> Page | None:
    """Take the scanned vial in hand anew; None where it is the right one and its reading is typed.

    A page that comes back keeps its key, and another vial may be scanned on it: each code is an act.
    """
    if not form.scan.validate(form):
        return attempt_page(attempt_id, draw=form), 422
    try:
        shown = _shown(form)
        key = inputs_hash(form.key, shown.raw)
        do_it(lambda at: actions.scan_vial(attempt_id, position, shown=shown, at=at, by=g.actor, key=key))
    except Refused as refusal:
        return _refused_scan(attempt_id, position, refusal, draw=form)
    return back(attempt_id) if form.reading and not typed(form.measured) else None


@bp.route("/<id:attempt_id>/steps/<int:position>/another", methods=["GET", "POST"])
@requires(Permission.PREPARE)
@retried
def another(attempt_id: int, position: int) -> Page:
    """A second vial for the rest of a step, or another for all of it: the next best is chosen and named."""
    form = AnotherForm()
    if not form.is_submitted():
        return _another_page(attempt_id, position=position, another=form)
    return act(
        attempt_id,
        form,
        "another",
        lambda at: actions.take_another_vial(
            attempt_id,
            position,
            from_this=form.from_this.data,
            reason=form.reason.data,
            at=at,
            by=g.actor,
            key=form.key,
        ),
        page=lambda number, **more: _another_page(number, position=position, **more),
    )


def _another_page(attempt_id: int, *, position: int, another: AnotherForm, codes: object = ()) -> str:
    found = queries.attempt(attempt_id, g.actor)
    told = facts.gather_attempt(found, at=clock.now()).cocktail
    step = queries.planned(found, position)
    choice = actions.alternatives(found, step, told, None)
    passed = [f for f in actions.passed_over(step, told, choice) if f not in another.findings]
    return render_template(
        "preparations/another.html",
        sheet=the_sheet(attempt_id),
        position=position,
        form=another,
        choice=choice,
        told=[*another.findings, *passed],
    )


def _shown(form: Any) -> actions.Shown:
    scan = form.scan.read(day_of(clock.now(), g.site.zone))
    return actions.Shown(
        scan.raw, scan.gtin or None, scan.lot or None, scan.expires_on, scan.serial or None, scan.own or None
    )


def _typed(form: ByHandForm) -> actions.Shown:
    second = guards.second_person(form.signer, at=clock.now()) if form.signer.form.username.data else None
    return actions.Shown(
        raw=form.lot.data,
        lot=form.lot.data,
        expires_on=form.expires_on.data,
        typed_again=(form.lot_again.data, form.expires_on_again.data),
        second_person=second,
    )


def _deviation(form: DrawForm) -> actions.Deviation | None:
    if not form.signer.form.username.data:
        return actions.Deviation(form.reason.data, g.actor) if g.site.solo and form.reason.data else None
    return actions.Deviation(form.reason.data, guards.second_person(form.signer, at=clock.now()))
