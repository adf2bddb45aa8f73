"""What is done instead of the next step: taking a draw back, giving the cocktail back, wasting it."""

from flask import g, render_template

from formulary import clock
from formulary.accounts import Permission, guards, requires
from formulary.audit import record_refusal
from formulary.db import retried
from formulary.preparations import actions, facts, labels, queries
from formulary.preparations.forms import GiveBackForm, TakeOverForm, UndoForm, WasteForm
from formulary.preparations.views.room import Page, act, bp, offer_rests, the_sheet
from formulary.rules.findings import Refused
from formulary.web.forms import Form


@bp.route("/<id:attempt_id>/draws/<id:draw_id>/undo", methods=["GET", "POST"])
@requires(Permission.PREPARE)
@retried
def undo(attempt_id: int, draw_id: int) -> Page:
    """Take back the newest draw from a vial, where nothing left it."""

    def page(number: int, undo: Form, codes: object = ()) -> str:
        found = queries.draw(draw_id, g.actor)
        shown = labels.drawn_words(found, g.site.decimal_mark)
        return render_template("preparations/undo.html", sheet=the_sheet(number), shown=shown, form=undo)

    form = UndoForm()
    if not form.is_submitted():
        return page(attempt_id, form)
    return act(
        attempt_id,
        form,
        "undo",
        lambda at: actions.undo_draw(draw_id, at=at, by=g.actor, key=form.key),
        done="Taken back. The ledger shows both rows.",
        page=page,
    )


@bp.route("/<id:attempt_id>/give-back", methods=["GET", "POST"])
@requires(Permission.PREPARE)
@retried
def give_back(attempt_id: int) -> Page:
    """Leave a claimed cocktail to others, before anything was drawn."""

    def page(number: int, give_back: Form, codes: object = ()) -> str:
        return render_template("preparations/give_back.html", sheet=the_sheet(number), form=give_back)

    form = GiveBackForm()
    if not form.is_submitted():
        return page(attempt_id, form)
    return act(
        attempt_id,
        form,
        "give_back",
        lambda at: actions.give_back(attempt_id, reason=form.reason.data, at=at, by=g.actor, key=form.key),
        done="Given back. It waits at the bench for whoever takes it next.",
        page=page,
    )


@bp.route("/<id:attempt_id>/take-over", methods=["GET", "POST"])
@requires(Permission.PREPARE)
@retried
def take_over(attempt_id: int) -> Page:
    """Go on with what another person is preparing, signed; what was scanned is scanned anew."""

    def page(number: int, take_over: Form, codes: object = ()) -> str:
        return render_template("preparations/take_over.html", sheet=the_sheet(number), form=take_over)

    form = TakeOverForm()
    if not form.is_submitted():
        return page(attempt_id, form)
    try:
        by = guards.own_secret(form.own_secret.data, at=clock.now(), field=form.own_secret.name)
    except Refused as refusal:
        form.add_findings(refusal.findings)
        return page(attempt_id, form), 422
    return act(
        attempt_id,
        form,
        "take_over",
        lambda at: actions.take_over(attempt_id, reason=form.reason.data, at=at, by=by, key=form.key),
        done="It is yours now. Scan the vial of the step shown.",
        page=page,
    )


@bp.route("/<id:attempt_id>/waste", methods=["GET", "POST"])
@requires(Permission.PREPARE)
@retried
def waste(attempt_id: int) -> Page:
    """Discard what was mixed, with a reason; perhaps to prepare it again."""
    form = WasteForm()
    if not form.is_submitted():
        return _waste_page(attempt_id, form)
    offer_rests(form, _rests(attempt_id))
    try:
        named = form.signer.form.username.data
        witness = guards.second_person(form.signer, at=clock.now()) if named else None
    except Refused as refusal:
        record_refusal("preparations.waste", refusal, by=g.actor)
        form.add_findings(refusal.findings)
        return _waste_page(attempt_id, form), 422
    return act(
        attempt_id,
        form,
        "waste",
        lambda at: actions.waste(
            attempt_id,
            reason=form.reason.data,
            again=form.again.data,
            waste_rest=form.waste_rest.data or (),
            witness=witness,
            remark=form.remark.data or "",
            at=at,
            by=g.actor,
            key=form.key,
        ),
        done="Wasted. Every lot in it was moved to waste.",
        page=lambda number, waste, codes=(): _waste_page(number, waste),
    )


def _waste_page(attempt_id: int, form: Form) -> str:
    sheet = the_sheet(attempt_id)
    offer_rests(form, _rests(attempt_id))
    return render_template("preparations/waste.html", sheet=sheet, form=form)


def _rests(attempt_id: int) -> list[labels.RestWords]:
    found, at = queries.attempt(attempt_id, g.actor), clock.now()
    return labels.rest_words(facts.rests(found, at), g.site.zone, at)
