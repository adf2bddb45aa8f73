"""The bench: what waits, claiming, finishing, releasing, and the label."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.audit import record_refusal
from formulary.cocktails import queries as cocktails
from formulary.db import Missing, retried, transaction
from formulary.preparations import actions, queries
from formulary.preparations import labels as shown
from formulary.preparations.forms import (
    ClaimForm,
    DrawForm,
    FinishForm,
    GiveBackForm,
    MixForm,
    ReleaseForm,
    ScanForm,
    UndoForm,
    WasteForm,
)
from formulary.preparations.models import Attempt
from formulary.rules.findings import Refused
from formulary.web import barcodes, pdf
from formulary.web import fields as f
from formulary.web.forms import Form

bp = Blueprint("preparations", __name__, url_prefix="/preparations")
Page = str | Response | tuple[str, int]


@bp.get("/")
@requires(Permission.PREPARE)
def index() -> Page:
    """What waits to be prepared, is being prepared, waits for release, or to be given."""
    return render_template("preparations/index.html", cocktails=queries.at_bench(g.actor), form=ClaimForm())


@bp.get("/cocktails/<id:cocktail_id>")
@requires(Permission.PREPARE)
def cocktail(cocktail_id: int) -> Page:
    """The bench page of a cocktail: its newest attempt, or the button that claims it."""
    found = cocktails.cocktail(cocktail_id, g.actor)
    if found.state == "verified":
        return render_template("preparations/claim.html", cocktail=found, form=ClaimForm())
    return redirect(url_for("preparations.attempt", attempt_id=queries.latest(cocktail_id, g.actor).id))


@bp.post("/cocktails/<id:cocktail_id>/claim")
@requires(Permission.PREPARE)
@retried
def claim(cocktail_id: int) -> Page:
    """Claim a verified cocktail: everything is checked once more and its vials are reserved."""
    form = ClaimForm()
    try:
        with transaction():
            attempt = actions.claim(cocktail_id, at=clock.now(), by=g.actor, key=form.key)
    except Refused as refusal:
        record_refusal("preparations.claim", refusal, by=g.actor)
        form.add_findings(refusal.findings)
        found = cocktails.cocktail(cocktail_id, g.actor)
        return render_template("preparations/claim.html", cocktail=found, form=form), 422
    return redirect(url_for("preparations.attempt", attempt_id=attempt.id))


@bp.get("/<id:attempt_id>")
@requires(Permission.PREPARE)
def attempt(attempt_id: int) -> Page:
    """One attempt: the step in hand fills the screen; then finish, release, label."""
    return attempt_page(attempt_id)


@bp.post("/<id:attempt_id>/finish")
@requires(Permission.PREPARE)
@retried
def finish(attempt_id: int) -> Page:
    """The last draw is done: the beyond-use date is computed and the cocktail waits for release."""
    form = FinishForm()
    _offer_rests(form, queries.attempt(attempt_id, g.actor))
    return act(
        attempt_id,
        form,
        "finish",
        lambda at: actions.finish(
            attempt_id, waste_rest=form.waste_rest.data or (), at=at, by=g.actor, key=form.key
        ),
        "Finished. Another person releases it.",
    )


@bp.post("/<id:attempt_id>/release")
@requires(Permission.RELEASE)
@retried
def release(attempt_id: int) -> Page:
    """Release what was prepared: inspected, checked on what was really drawn, labelled."""
    form = ReleaseForm()
    looked_at = {what: True for what in form.inspection.data or ()}
    return act(
        attempt_id,
        form,
        "release",
        lambda at: actions.release(attempt_id, inspection=looked_at, at=at, by=g.actor, key=form.key),
        "Released. Print the label and put it on.",
    )


@bp.post("/<id:attempt_id>/give-back")
@requires(Permission.PREPARE)
@retried
def give_back(attempt_id: int) -> Page:
    """Leave a claimed cocktail to others, before anything was drawn."""
    form = GiveBackForm()
    return act(
        attempt_id,
        form,
        "give_back",
        lambda at: actions.give_back(attempt_id, reason=form.reason.data, at=at, by=g.actor, key=form.key),
        "Given back. It waits at the bench.",
    )


@bp.post("/<id:attempt_id>/waste")
@requires(Permission.PREPARE)
@retried
def waste(attempt_id: int) -> Page:
    """Discard what was mixed, with a reason; perhaps to prepare it again."""
    form = WasteForm()
    again = bool(form.again.data)
    return act(
        attempt_id,
        form,
        "waste",
        lambda at: actions.waste(
            attempt_id, reason=form.reason.data, again=again, at=at, by=g.actor, key=form.key
        ),
        "Wasted: every lot in it was moved to waste.",
    )


@bp.get("/<id:attempt_id>/label.pdf")
@requires(Permission.PREPARE)
def label(attempt_id: int) -> Response:
    """The labels of a released cocktail, one page per container, each with its own DataMatrix."""
    found = queries.attempt(attempt_id, g.actor)
    containers = queries.syringes(attempt_id)
    if not containers:
        raise Missing(f"{found.cocktail.code} is not released")
    labels = [shown.label(found, container, at=clock.now()) for container in containers]
    page = pdf.render("preparations/label.html", labels=labels, barcode=barcodes.own)
    return pdf.answer(page, f"label-{found.cocktail.code}.pdf")


def act(attempt_id: int, form: Form, name: str, do: Callable[[Any], Attempt], done: str) -> Page:
    """Run one act of the bench in its transaction; a refusal shows the page again with what would do."""
    if not form.validate():
        return attempt_page(attempt_id, **{name: form}), 422
    try:
        with transaction():
            do(clock.now())
    except Refused as refusal:
        record_refusal(f"preparations.{name}", refusal, by=g.actor)
        form.add_findings(refusal.findings)
        return attempt_page(attempt_id, **{name: form}), 422
    flash(done)
    return redirect(url_for("preparations.attempt", attempt_id=attempt_id))


def attempt_page(attempt_id: int, **given: Form) -> str:
    """The page of an attempt with these forms in the place of fresh ones."""
    found = queries.attempt(attempt_id, g.actor)
    told = shown.bench(found, at=clock.now())
    forms = {name: given.get(name) or kind(formdata=None) for name, kind in FORMS.items()}
    _offer_rests(forms["finish"], found)
    _offer_diluents(forms["mix"], told)
    wrong = next((form for form in given.values() if form.errors), None)
    return render_template("preparations/attempt.html", bench=told, forms=forms, wrong=wrong)


FORMS: dict[str, type[Form]] = {
    "scan": ScanForm,
    "mix": MixForm,
    "draw": DrawForm,
    "undo": UndoForm,
    "finish": FinishForm,
    "release": ReleaseForm,
    "give_back": GiveBackForm,
    "waste": WasteForm,
}


def _offer_rests(form: Any, found: Attempt) -> None:
    rests = queries.open_rests(found)
    form.waste_rest.choices = f.choices([(vial.id, f"{vial.code}, {vial.lot}") for vial in rests], empty=None)


def _offer_diluents(form: Any, told: shown.Bench) -> None:
    if told.current is None:
        return
    lots = queries.diluents(told.current.product, told.attempt.site_id)
    form.diluent_lot_id.choices = f.choices([(lot.id, str(lot)) for lot in lots])
