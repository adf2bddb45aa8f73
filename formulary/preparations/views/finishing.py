"""From the last draw to the label: finished by the preparer, released by another, printed."""

from datetime import datetime

from flask import g
from werkzeug.wrappers import Response

from formulary import clock
from formulary.accounts import Actor, Permission, guards, requires
from formulary.db import Missing, retried
from formulary.preparations import actions, facts, labels, queries
from formulary.preparations.forms import FinishForm, ReleaseForm
from formulary.preparations.views.room import Page, act, attempt_page, bp, offer_ends, the_sheet
from formulary.rules.findings import Refused
from formulary.web import barcodes, pdf


@bp.post("/<id:attempt_id>/finish")
@requires(Permission.PREPARE)
@retried
def finish(attempt_id: int) -> Page:
    """The last draw is done: the beyond-use date is computed and the cocktail waits for release."""
    form = FinishForm()
    offer_ends(form, the_sheet(attempt_id))

    def do(at: datetime) -> None:
        rest, storage = form.waste_rest.data or (), form.storage.data
        actions.finish(attempt_id, waste_rest=rest, storage=storage, at=at, by=g.actor, key=form.key)

    return act(attempt_id, form, "finish", do, done="Finished. Now it is looked at and released.")


@bp.post("/<id:attempt_id>/release")
@requires(Permission.PREPARE)
@retried
def release(attempt_id: int) -> Page:
    """Release what was prepared: inspected, checked on what was really drawn, labelled.

    Somebody else than the person signed in may sign for it on the same screen.
    """
    form = ReleaseForm()
    looked_at = {what: True for what in form.inspection.data or ()}
    try:
        by = _releaser(attempt_id, form)
    except Refused as refusal:
        form.add_findings(refusal.findings)
        return attempt_page(attempt_id, release=form), 422

    def do(at: datetime) -> None:
        actions.release(attempt_id, inspection=looked_at, at=at, by=by, key=form.key)

    return act(attempt_id, form, "release", do, done="Released. Print the label and put it on.")


def _releaser(attempt_id: int, form: ReleaseForm) -> Actor:
    """Who releases: the second person who signs on this screen, else the person signed in."""
    if form.signer.form.username.data:
        second = guards.second_person(form.signer, at=clock.now())
        if not second.may(Permission.RELEASE):
            raise labels.may_not_release(second.name, form.signer.form.username.name)
        return second
    if not g.actor.may(Permission.RELEASE):
        raise labels.needs_releaser(the_sheet(attempt_id).releasers, form.signer.form.username.name)
    return g.actor


@bp.get("/<id:attempt_id>/label.pdf")
@requires(Permission.PREPARE)
def label(attempt_id: int) -> Response:
    """The labels of a released cocktail, one page per container, each with its own DataMatrix."""
    found = queries.attempt(attempt_id, g.actor)
    containers = queries.syringes(attempt_id)
    if not containers:
        raise Missing(f"{found.cocktail.code} is not released")
    told = facts.gather_attempt(found, at=clock.now()).cocktail
    shown = labels.labels(found, containers, told, queries.revision(found).area)
    page = pdf.render("preparations/label.html", labels=shown, barcode=barcodes.own)
    return pdf.answer(page, f"label-{found.cocktail.code}.pdf")
