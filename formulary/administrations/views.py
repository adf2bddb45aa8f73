"""The pages on which a cocktail is given: start with the label, record sites, close so that the volumes add
up.
"""

from flask import Blueprint, flash, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from formulary import clock
from formulary.accounts import Permission, guards, requires
from formulary.administrations import actions, queries
from formulary.administrations.forms import CloseForm, RemoveSiteForm, SiteForm, StartForm
from formulary.administrations.labels.session import session
from formulary.audit import record_refusal
from formulary.db import retried, transaction
from formulary.preparations.actions import Deviation
from formulary.rules.findings import Refused
from formulary.rules.lot_status import day_of
from formulary.rules.units import plain, unit
from formulary.web.forms import Form

bp = Blueprint("administrations", __name__, url_prefix="/administrations")
Page = str | Response | tuple[str, int]


@bp.route("/start", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
@retried
def start() -> Page:
    """Scan the label, identify the patient by two identifiers, ask what is new; every check runs again."""
    form, at = StartForm(), clock.now()
    if form.validate_on_submit():
        try:
            label = _label(form)
            with transaction():
                begun = actions.start(
                    label,
                    patient_code=form.patient_code.data,
                    born_on=form.born_on.data,
                    anything_new=form.anything_new.data == "yes",
                    at=at,
                    by=g.actor,
                    key=form.key,
                )
        except Refused as refusal:
            record_refusal("administrations.start", refusal, by=g.actor)
            form.add_findings(refusal.findings)
        else:
            return redirect(url_for("administrations.administration", administration_id=begun.id))
    page = render_template("administrations/start.html", form=form, ready=queries.ready(g.actor))
    return page, 422 if form.errors else 200


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
    if not form.validate():
        return _page(administration_id, site=form), 422
    depth = "" if form.depth.data is None else f"{plain(form.depth.data, unit('mm'))} mm"
    with transaction():
        actions.add_site(
            administration_id,
            area=form.area.data,
            points=form.points.data,
            per_point=form.per_point.data,
            technique=form.technique.data,
            depth=depth,
            at=clock.now(),
            by=g.actor,
            key=form.key,
        )
    return redirect(url_for("administrations.administration", administration_id=administration_id))


@bp.post("/<id:administration_id>/sites/remove")
@requires(Permission.ADMINISTER)
@retried
def remove_site(administration_id: int) -> Page:
    """Take back a site entered by mistake, while the session is under way."""
    form = RemoveSiteForm()
    with transaction():
        actions.remove_site(administration_id, form.number.data or 0, at=clock.now(), by=g.actor)
    return redirect(url_for("administrations.administration", administration_id=administration_id))


@bp.post("/<id:administration_id>/close")
@requires(Permission.ADMINISTER)
@retried
def close(administration_id: int) -> Page:
    """Close the session; where the volumes do not add up it says by how much, and asks for a second person."""
    form = CloseForm()
    if not form.validate():
        return _page(administration_id, close=form), 422
    try:
        difference = _difference(form)
        with transaction():
            actions.close(
                administration_id,
                outcome=form.outcome.data,
                leftover=form.leftover.data,
                reason=form.reason.data,
                difference=difference,
                at=clock.now(),
                by=g.actor,
                key=form.key,
            )
    except Refused as refusal:
        record_refusal("administrations.close", refusal, by=g.actor)
        form.add_findings(refusal.findings)
        return _page(administration_id, close=form), 422
    flash("The session is closed.")
    return redirect(url_for("administrations.administration", administration_id=administration_id))


def _page(administration_id: int, **given: Form) -> str:
    found = queries.administration(administration_id, g.actor)
    return render_template(
        "administrations/administration.html",
        session=session(found, at=clock.now()),
        site=given.get("site") or SiteForm(formdata=None),
        close=given.get("close") or CloseForm(formdata=None),
        remove=RemoveSiteForm(formdata=None),
    )


def _label(form: StartForm) -> str:
    """The code on the label: scanned, or typed as it is printed."""
    typed = form.label.data.strip()
    if "/" in typed and not typed.startswith(("FML1:", "]")):
        return typed.upper()
    scan = form.label.read(day_of(clock.now(), g.site.zone))
    return scan.own or typed


def _difference(form: CloseForm) -> Deviation | None:
    if not form.signer.form.username.data:
        return None
    return Deviation(form.reason.data, guards.second_person(form.signer, at=clock.now()))
