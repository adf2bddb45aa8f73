"""The pages on which a cocktail is given: start with the label, look at the session, close it so that the
volumes add up.
"""

from datetime import datetime
from typing import Any

from flask import g, render_template, request

from formulary import clock
from formulary.accounts import Permission, guards, requires
from formulary.administrations import actions, labels, queries
from formulary.administrations.forms import CloseForm, StartForm
from formulary.administrations.views.page import Page, act, bp, label_of, page, to
from formulary.audit import record_refusal
from formulary.db import retried, transaction
from formulary.preparations.actions import Deviation
from formulary.rules.findings import Refused
from formulary.web.gs1 import LONGEST


@bp.route("/start", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
@retried
def start() -> Page:
    """Scan the label, identify the patient by two identifiers, ask what is new; every check runs again."""
    form = _start_form()
    if form.goes_on or (form.label.data and not form.is_submitted()):
        return _read(form)
    if form.validate_on_submit():
        try:
            with transaction():
                begun = _start(form, clock.now())
        except Refused as refusal:
            record_refusal("administrations.start", refusal, by=g.actor)
            form.add_findings(refusal.findings)
        else:
            return to(begun.id)
    return _start_page(form), 422 if form.errors else 200


def _start(form: StartForm, at: datetime) -> Any:
    return actions.start(
        label_of(form),
        patient_code=form.whose,
        born_on=form.born_on.data,
        anything_new=form.anything_new.data == "yes",
        at=at,
        by=g.actor,
        key=form.key,
    )


def _start_form() -> StartForm:
    """The form as it was sent; filled with the label, where that was scanned on another page."""
    if request.method == "POST":
        return StartForm()
    return StartForm(formdata=None, data={"label": request.args.get("label", "")[:LONGEST]})


def _read(form: StartForm) -> Page:
    """What is known so far, label and wristband in either order; the page goes on, nothing is started yet."""
    form.sort_codes()
    if not form.label.data:
        return _start_page(form)
    try:
        container = actions.labelled(label_of(form), g.actor)
    except Refused as refusal:
        form.add_findings(refusal.findings)
        return _start_page(form), 422
    form.fill(label=container.code)
    return _start_page(form, container)


def _start_page(form: StartForm, container: Any = None) -> str:
    waiting = labels.ready(queries.ready(g.actor), clock.now())
    more = queries.ready_in_all(g.actor) - len(waiting)
    told = {"waiting": waiting, "more": more, "container": container}
    return render_template("administrations/start.html", form=form, **told)


@bp.get("/<id:administration_id>")
@requires(Permission.ADMINISTER)
def administration(administration_id: int) -> Page:
    """One session: where it went so far, on which picture, what is left, and how it closes."""
    return page(administration_id)


@bp.post("/<id:administration_id>/close")
@requires(Permission.ADMINISTER)
@retried
def close(administration_id: int) -> Page:
    """Close the session; where the volumes do not add up it says by how much and asks for a second person."""
    form = CloseForm()
    if not form.validate():
        return page(administration_id, close=form), 422
    try:
        difference = _difference(form)
    except Refused as refusal:
        form.add_findings(refusal.findings)
        return page(administration_id, close=form), 422

    def do(at: datetime) -> None:
        answers = form.values("signer")
        actions.close(administration_id, **answers, difference=difference, at=at, by=g.actor, key=form.key)

    return act(administration_id, form, "close", do, "The session is closed.")


def _difference(form: CloseForm) -> Deviation | None:
    if not form.signer.form.username.data:
        return Deviation(form.reason.data, g.actor) if g.site.solo and form.reason.data else None
    return Deviation(form.reason.data, guards.second_person(form.signer, at=clock.now()))
