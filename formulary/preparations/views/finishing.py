"""From the last draw to the label: finished by the preparer, released by another, printed."""

from datetime import datetime

from flask import g

from formulary import clock
from formulary.accounts import Actor, Permission, guards, requires
from formulary.db import retried
from formulary.preparations import actions, labels
from formulary.preparations.forms import FinishForm, ReleaseForm
from formulary.preparations.views.room import (
    Page,
    act,
    attempt_page,
    bp,
    offer_ends,
    signs_here,
    the_sheet,
)
from formulary.rules.findings import Refused


@bp.post("/<id:attempt_id>/finish")
@requires(Permission.PREPARE)
@retried
def finish(attempt_id: int) -> Page:
    """The last draw is done: the beyond-use date is computed and the cocktail waits for release."""
    form = FinishForm()
    offer_ends(form, the_sheet(attempt_id))
    try:
        by = guards.own_secret(form.own_secret.data, at=clock.now(), field=form.own_secret.name)
    except Refused as refusal:
        form.add_findings(refusal.findings)
        return attempt_page(attempt_id, finish=form), 422

    def do(at: datetime) -> None:
        rest, storage = form.waste_rest.data or (), form.storage.data
        actions.finish(attempt_id, waste_rest=rest, storage=storage, at=at, by=by, key=form.key)

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
        told = {"inspection": looked_at, "total": form.total.data, "screen_of": g.actor.person_id}
        actions.release(attempt_id, **told, at=at, by=by, key=form.key)

    return act(attempt_id, form, "release", do, done="Released. Print the label and put it on.")


def _releaser(attempt_id: int, form: ReleaseForm) -> Actor:
    """Who releases: the second person who signs on this screen, else the person signed in, signing anew."""
    if form.signer.form.username.data:
        second = guards.second_person(form.signer, at=clock.now())
        if not second.may(Permission.RELEASE):
            raise labels.may_not_release(second.name, form.signer.form.username.name)
        return second
    if not g.actor.may(Permission.RELEASE):
        raise labels.needs_releaser(the_sheet(attempt_id).releasers, form.signer.form.username.name)
    if signs_here(the_sheet(attempt_id)):
        return g.actor  # the act itself says why not, and who may
    return guards.own_secret(form.own_secret.data, at=clock.now(), field=form.own_secret.name)
