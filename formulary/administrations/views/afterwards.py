"""The pages of what is recorded when it is over: an emergency, the list, and the second signature."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from formulary import clock
from formulary.accounts import Permission, guards, requires
from formulary.accounts import queries as accounts
from formulary.administrations import queries
from formulary.administrations.actions import afterwards as actions
from formulary.administrations.forms.afterwards import SITES, CountersignForm, EmergencyForm, LateForm
from formulary.administrations.labels import afterwards as labels
from formulary.administrations.views.afterwards_told import offer_rows, offer_vials, paper_of, source_of
from formulary.administrations.views.page import Page
from formulary.audit import log_access, record_refusal
from formulary.catalogue import facts as catalogue
from formulary.db import Missing, retried, transaction
from formulary.patients import guards as patients
from formulary.patients.labels import summary
from formulary.rules.findings import Refused
from formulary.web import fields as f

bp = Blueprint("afterwards", __name__, url_prefix="/afterwards")


@bp.get("/")
@requires(Permission.COSIGN)
def index() -> Page:
    """What was recorded afterwards at the site; what waits for a second signature stands first."""
    at = clock.now()
    rows = patients.seen("afterwards.index", lambda: queries.afterwards(g.actor, at=at))
    within = labels.within_words(_within(at))
    return render_template("afterwards/index.html", lines=_lines(rows, at), within=within)


@bp.route("/emergency/<id:patient_id>", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
@retried
def emergency(patient_id: int) -> Page:
    """Record what was given to a patient in an emergency; nothing but the vial's identity stops it."""
    patient, form, at = patients.opened(patient_id, "afterwards.emergency"), _emergency_form(), clock.now()
    if form.validate_on_submit():
        try:
            with transaction():
                row = _record(patient_id, form, at)
        except Refused as refusal:
            record_refusal("administrations.record_emergency", refusal, by=g.actor)
            form.add_findings(refusal.findings)
        else:
            flash("It is on record. Another person signs for it afterwards.")
            return redirect(url_for("afterwards.record", record_id=row.id))
    context = {"patient": patient, "summary": summary(patient, by=g.actor, at=at)}
    page = render_template("afterwards/emergency.html", form=form, not_asked=labels.NOT_ASKED, **context)
    return page, 422 if form.problems() else 200


@bp.route("/late/<id:cocktail_id>", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
@retried
def late(cocktail_id: int) -> Page:
    """Type in the worksheet on paper of a cocktail; what the checks find is kept and stops none."""
    sheet, at = queries.on_paper(cocktail_id, g.actor), clock.now()
    if request.method == "GET" and not sheet.is_waiting:
        return _entered(sheet)
    form = _late_form(sheet)
    offer_rows(form, sheet)
    if form.validate_on_submit():
        try:
            with transaction():
                told = {"reason": form.reason.data, "sure": form.sure.data, "at": at, "by": g.actor}
                row = actions.record_late(cocktail_id, paper_of(form, sheet), **told, key=form.key)
        except Refused as refusal:
            record_refusal("administrations.record_late", refusal, by=g.actor)
            form.add_findings(refusal.findings)
        else:
            flash("The worksheet is on record, marked as recorded late.")
            return redirect(url_for("afterwards.record", record_id=row.id))
    page = render_template("afterwards/late.html", form=form, sheet=sheet, products=sheet.products)
    return page, 422 if form.problems() else 200


def _entered(sheet: Any) -> Page:
    """Where what was entered stands; Missing where it went on in the system."""
    if sheet.record is None:
        raise Missing(f"{sheet.cocktail.code} waits for no worksheet on paper")
    return redirect(url_for("afterwards.record", record_id=sheet.record.id))


ASKED = (
    ("prepared_by_id", Permission.PREPARE),
    ("released_by_id", Permission.RELEASE),
    ("given_by_id", Permission.ADMINISTER),
)


def _late_form(sheet: Any) -> LateForm:
    """The form, with what the system did not see itself."""
    lines = () if sheet.is_prepared else sheet.revision.lines
    rows = [{"line": line.number} for line in lines for _ in (1, 2)]
    form = LateForm(rows=rows, sites=[{}] * SITES, given_by_id=g.actor.person_id)
    for name, permission in ASKED:
        people = accounts.persons_who_may(permission, g.site.id)
        form[name].choices = f.choices(people, empty="Choose…")
    seen = ("prepared_by_id", "prepared_at") if sheet.is_prepared else ()
    for name in (*seen, *(("released_by_id",) if sheet.is_released else ())):
        del form[name]
    return form


@bp.get("/<id:record_id>")
@requires(Permission.COSIGN)
def record(record_id: int) -> Page:
    """One record: who did what when, who typed it when, what the checks found, who signed for it."""
    return _page(record_id, CountersignForm(formdata=None))


@bp.post("/<id:record_id>/sign")
@requires(Permission.COSIGN)
@retried
def sign(record_id: int) -> Page:
    """Sign for it afterwards, as somebody else than who gave or recorded it."""
    form = CountersignForm()
    if not form.validate():
        return _page(record_id, form), 422
    try:
        by = guards.own_secret(form.own_secret.data, at=clock.now(), field=form.own_secret.name)
        with transaction():
            actions.countersign(record_id, words=form.words.data, at=clock.now(), by=by, key=form.key)
    except Refused as refusal:
        record_refusal("administrations.countersign", refusal, by=g.actor)
        form.add_findings(refusal.findings)
        return _page(record_id, form), 422
    flash("It is signed for.")
    return redirect(url_for("afterwards.record", record_id=record_id))


def _emergency_form() -> EmergencyForm:
    form = EmergencyForm(given_by_id=g.actor.person_id)
    listed = [(product.id, product.name) for product in catalogue.now().listed()]
    form.product_id.choices = f.choices(listed, empty="Choose a product…")
    form.given_by_id.choices = f.choices(
        accounts.persons_who_may(Permission.ADMINISTER, g.site.id), empty=None
    )
    offer_vials(form)
    return form


def _record(patient_id: int, form: EmergencyForm, at: datetime) -> Any:
    told = actions.Emergency(
        indication=form.indication.data,
        source=source_of(form),
        route=form.route.data,
        area=form.area.data,
        given_by_id=form.given_by_id.data,
        words=form.words.data,
    )
    when = {"done_at": form.done_at.data, "reason": form.reason.data, "sure": form.sure.data}
    when |= {"at": at, "by": g.actor}
    return actions.record_emergency(patient_id, told, **when, key=form.key)


def _page(record_id: int, form: CountersignForm) -> str:
    at = clock.now()
    with transaction():
        row = queries.after_record(record_id, g.actor)
        patient = patients.queries.patient(row.patient_id, by=g.actor, at=at)
        log_access("afterwards.record", by=g.actor, at=at, subject=patient, patients=1)
    [line] = _lines([(row, patient)], at)
    told = {"line": line, "session": row.administration, "cocktail": queries.cocktail_of(row)}
    lots = queries.given_lots(row.administration_id)
    return render_template(
        "afterwards/record.html",
        form=form,
        patient=patient,
        summary=summary(patient, by=g.actor, at=at),
        lots=lots,
        gives=g.actor.may(Permission.ADMINISTER),
        not_asked=labels.NOT_ASKED if row.indication else (),
        **told,
    )


def _lines(rows: Any, at: datetime) -> list[labels.AfterLine]:
    return labels.after_lines(rows, _within(at), ZoneInfo(g.site.zone), at)


def _within(at: datetime) -> Any:
    return labels.signed_within(g.site.id, at)
