"""The pages of what is recorded when it is over: an emergency, the list, and the second signature."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, g, redirect, render_template, request, url_for

from formulary import clock
from formulary.accounts import Permission, guards, requires
from formulary.accounts import queries as accounts
from formulary.administrations import queries
from formulary.administrations.actions import afterwards as actions
from formulary.administrations.forms.afterwards import CountersignForm, EmergencyForm, LateForm
from formulary.administrations.labels import afterwards as labels
from formulary.administrations.views.page import Page
from formulary.audit import log_access, record_refusal
from formulary.catalogue import facts as catalogue
from formulary.db import Missing, retried, transaction
from formulary.patients import guards as patients
from formulary.patients.labels import summary
from formulary.rules.findings import Refused, refuse
from formulary.rules.lot_status import day_of, normalise
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
    return page, 422 if form.errors else 200


@bp.route("/late/<id:cocktail_id>", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
@retried
def late(cocktail_id: int) -> Page:
    """Type in the worksheet on paper of a cocktail; what the checks find is kept and stops none."""
    sheet, at = queries.on_paper(cocktail_id, g.actor), clock.now()
    if request.method == "GET" and not sheet.is_waiting:
        return _entered(sheet)
    form = _late_form(sheet)
    if form.validate_on_submit():
        try:
            with transaction():
                row = actions.record_late(
                    cocktail_id, _paper(form, sheet), reason=form.reason.data, at=at, by=g.actor, key=form.key
                )
        except Refused as refusal:
            record_refusal("administrations.record_late", refusal, by=g.actor)
            form.add_findings(refusal.findings)
        else:
            flash("The worksheet is on record, marked as recorded late.")
            return redirect(url_for("afterwards.record", record_id=row.id))
    page = render_template("afterwards/late.html", form=form, sheet=sheet, products=sheet.products)
    return page, 422 if form.errors else 200


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
    form = LateForm(rows=rows, given_by_id=g.actor.person_id)
    for name, permission in ASKED:
        people = accounts.persons_who_may(permission, g.site.id)
        form[name].choices = f.choices(people, empty="Choose…")
    seen = ("prepared_by_id", "prepared_at") if sheet.is_prepared else ()
    for name in (*seen, *(("released_by_id",) if sheet.is_released else ())):
        del form[name]
    return form


def _paper(form: LateForm, sheet: Any) -> actions.Paper:
    """What was typed; what was not asked is what the system saw."""
    names = ("prepared_by_id", "prepared_at", "released_by_id", "given_by_id", "done_at")
    told = {name: form[name].data for name in (*names, "outcome", "given", "words") if name in form}
    if sheet.is_prepared:
        told |= {"prepared_by_id": sheet.attempt.preparer_id, "prepared_at": sheet.attempt.prepared_at}
    if sheet.is_released:
        told |= {"released_by_id": sheet.attempt.releaser_id}
    return actions.Paper(tuple(_drawn(form, sheet)), **told)


def _drawn(form: LateForm, sheet: Any) -> Iterator[actions.Source]:
    """What each row that is filled in says; the lot is one of the line's own product."""
    products = {line.number: line.product_id for line in sheet.revision.lines}
    for box in form.rows:
        row = box.form
        if row.is_empty:
            continue
        if row.line.data not in products:
            raise refuse(
                "paper.line_missing", sheet.cocktail.code, "There is no such line.", "Load it again."
            )
        lot, vial = _vial_of(row, products[row.line.data])
        told = {"vial_id": vial.id if vial else None, "mixed": _mixed(row)}
        yield actions.Source(row.line.data, lot.id, row.measured.data, **told)


def _vial_of(row: Any, product_id: int) -> Any:
    """The lot of a row, and by our own label its very vial."""
    if row.lot.data.upper().startswith("V-"):
        own = actions.Identity(own=row.lot.data.upper(), product_id=product_id)
        return actions.identified_vial(own, g.actor)
    return actions.lot_of(row.lot.data, product_id, row.expires_on.data, field=row.lot.name), None


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
    return form


def _record(patient_id: int, form: EmergencyForm, at: datetime) -> Any:
    told = actions.Emergency(
        indication=form.indication.data,
        source=_source(form),
        route=form.route.data,
        area=form.area.data,
        given_by_id=form.given_by_id.data,
        words=form.words.data,
    )
    when = {"done_at": form.done_at.data, "reason": form.reason.data, "at": at, "by": g.actor}
    return actions.record_emergency(patient_id, told, **when, key=form.key)


def _source(form: EmergencyForm) -> actions.Source:
    identity = _identity(form)
    lot, vial = actions.identified_vial(identity, g.actor)
    told = {"volume": form.volume.data, "grade": identity.grade, "mixed": _mixed(form)}
    return actions.Source(1, lot.id, vial_id=vial.id if vial else None, **told)


def _identity(form: EmergencyForm) -> actions.Identity:
    """What was scanned, or typed as it is printed; our own label may be typed too."""
    raw = str(form.scan.data or "").strip().upper()
    if raw.startswith("V-"):
        return actions.Identity(own=raw, product_id=form.product_id.data)
    if raw:
        scan = form.scan.read(day_of(clock.now(), g.site.zone))
        _as_typed(form, scan)
        expires_on = scan.expires_on or form.expires_on.data
        read = {"gtin": scan.gtin, "lot": scan.lot or form.lot.data or "", "expires_on": expires_on}
        return actions.Identity(own=scan.own, scanned=scan.trusted, product_id=form.product_id.data, **read)
    told = {"product_id": form.product_id.data, "expires_on": form.expires_on.data}
    return actions.Identity(lot=form.lot.data or "", **told)


def _as_typed(form: EmergencyForm, scan: Any) -> None:
    """Refuse a lot typed beside a code that says another."""
    typed = form.lot.data or ""
    if scan.lot and typed and normalise(scan.lot) != normalise(typed):
        reason, remedy = "The code says another lot than the one typed.", "Look at the vial again."
        raise refuse("vial.differs", typed, reason, remedy, field="lot")


def _mixed(form: Any) -> actions.Mixed | None:
    if not form.diluent.data or form.diluent_volume.data is None:
        return None
    return actions.Mixed(
        actions.diluent_lot(form.diluent.data, field=form.diluent.name).id, form.diluent_volume.data
    )


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
