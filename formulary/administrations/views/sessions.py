"""The pages on which a cocktail is given: start with the label, record sites, close so that the volumes add
up.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from formulary import clock
from formulary.accounts import Permission, guards, requires
from formulary.administrations import actions, facts, labels, queries
from formulary.administrations.forms import CloseForm, RemoveSiteForm, SiteForm, StartForm
from formulary.administrations.labels import reactions as felt
from formulary.administrations.queries import reactions
from formulary.audit import record_refusal
from formulary.db import retried, transaction
from formulary.preparations.actions import Deviation
from formulary.rules.findings import Refused
from formulary.rules.lot_status import day_of
from formulary.rules.units import show, unit
from formulary.web.forms import Form

bp = Blueprint("administrations", __name__, url_prefix="/administrations")
Page = str | Response | tuple[str, int]


@bp.route("/start", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
@retried
def start() -> Page:
    """Scan the label, identify the patient by two identifiers, ask what is new; every check runs again."""
    form = StartForm()
    if form.is_only_a_label:
        return _label_read(form)
    if form.validate_on_submit():
        try:
            with transaction():
                begun = _start(form, clock.now())
        except Refused as refusal:
            record_refusal("administrations.start", refusal, by=g.actor)
            form.add_findings(refusal.findings)
        else:
            return _to(begun.id)
    return _start_page(form), 422 if form.errors else 200


def _start(form: StartForm, at: datetime) -> Any:
    return actions.start(
        _label(form),
        patient_code=form.patient_code.data,
        born_on=form.born_on.data,
        anything_new=form.anything_new.data == "yes",
        at=at,
        by=g.actor,
        key=form.key,
    )


def _label_read(form: StartForm) -> Page:
    """The scanner has read the label: the page goes on with the patient, nothing is started yet."""
    try:
        container = actions.labelled(_label(form), g.actor)
    except Refused as refusal:
        form.add_findings(refusal.findings)
        return _start_page(form), 422
    form.fill(label=container.code)
    return _start_page(form, container)


def _start_page(form: StartForm, container: Any = None) -> str:
    waiting = labels.ready(queries.ready(g.actor), clock.now())
    more = queries.ready_in_all(g.actor) - len(waiting)
    return render_template(
        "administrations/start.html", form=form, waiting=waiting, more=more, container=container
    )


@bp.get("/<id:administration_id>")
@requires(Permission.ADMINISTER)
def administration(administration_id: int) -> Page:
    """One session: where it went so far, what is left, and how it closes."""
    return _page(administration_id)


@bp.post("/<id:administration_id>/sites")
@requires(Permission.ADMINISTER)
@retried
def add_site(administration_id: int) -> Page:
    """Record points in one area."""
    form = SiteForm()

    def do(at: datetime) -> None:
        answers, depth = form.values("depth"), form.depth.data
        words = "" if depth is None else show(depth, unit("mm"), g.site.decimal_mark)
        actions.add_site(administration_id, **answers, depth=words, at=at, by=g.actor, key=form.key)

    return _act(administration_id, form, "site", do)


@bp.post("/<id:administration_id>/sites/remove")
@requires(Permission.ADMINISTER)
@retried
def remove_site(administration_id: int) -> Page:
    """Take back a site entered by mistake, while the session is under way."""
    form = RemoveSiteForm()

    def do(at: datetime) -> None:
        actions.remove_site(administration_id, form.number.data or 0, at=at, by=g.actor, key=form.key)

    return _act(administration_id, form, "remove", do)


@bp.post("/<id:administration_id>/close")
@requires(Permission.ADMINISTER)
@retried
def close(administration_id: int) -> Page:
    """Close the session; where the volumes do not add up it says by how much and asks for a second person."""
    form = CloseForm()
    if not form.validate():
        return _page(administration_id, close=form), 422
    try:
        difference = _difference(form)
    except Refused as refusal:
        form.add_findings(refusal.findings)
        return _page(administration_id, close=form), 422

    def do(at: datetime) -> None:
        answers = form.values("signer")
        actions.close(administration_id, **answers, difference=difference, at=at, by=g.actor, key=form.key)

    return _act(administration_id, form, "close", do, "The session is closed.")


def _act(
    administration_id: int, form: Form, name: str, do: Callable[[datetime], Any], done: str = ""
) -> Page:
    """Run one act of a session in its transaction; a refusal shows the page again with what would do."""
    if not form.validate():
        return _page(administration_id, **{name: form}), 422
    try:
        with transaction():
            do(clock.now())
    except Refused as refusal:
        record_refusal(f"administrations.{name}", refusal, by=g.actor)
        form.add_findings(refusal.findings)
        return _page(administration_id, **{name: form}), 422
    if done:
        flash(done)
    return _to(administration_id)


def _to(administration_id: int) -> Response:
    return redirect(url_for("administrations.administration", administration_id=administration_id))


def _page(administration_id: int, **given: Form) -> str:
    found = queries.administration(administration_id, g.actor)
    return render_template(
        "administrations/administration.html",
        session=labels.session(found, mark=g.site.decimal_mark, at=clock.now()),
        reactions=felt.lines(reactions.after(administration_id=found.id), ZoneInfo(g.site.zone), clock.now()),
        too_much=facts.places(found, clock.now()) if found.state == "started" else (),
        site=given.get("site") or SiteForm(formdata=None),
        close=given.get("close") or CloseForm(formdata=None),
        remove=given.get("remove") or RemoveSiteForm(formdata=None),
    )


def _label(form: StartForm) -> str:
    """The code on the label: scanned, or typed as it is printed."""
    typed = form.label.data.strip().upper()
    if typed.startswith("C-"):
        return typed
    scan = form.label.read(day_of(clock.now(), g.site.zone))
    return scan.own or typed


def _difference(form: CloseForm) -> Deviation | None:
    if not form.signer.form.username.data:
        return Deviation(form.reason.data, g.actor) if g.site.solo and form.reason.data else None
    return Deviation(form.reason.data, guards.second_person(form.signer, at=clock.now()))
