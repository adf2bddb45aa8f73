"""Pages of courses: a patient's plans, what counts towards each, when it is due again, what it costs."""

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, g, redirect, url_for

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.accounts import queries as accounts
from formulary.administrations import labels
from formulary.administrations.forms import AgreedForm, CountForm, CourseForm, EndCourseForm
from formulary.administrations.queries import courses as queries
from formulary.administrations.views.about import Answer, done, page, zone
from formulary.catalogue import queries as catalogue
from formulary.catalogue.labels import INDICATION_WORDS
from formulary.cocktails import actions as cocktails
from formulary.cocktails.queries import entries
from formulary.db import retried
from formulary.patients import actions, guards
from formulary.patients import queries as patients
from formulary.web import fields as f
from formulary.web.forms import Form

bp = Blueprint("courses", __name__, url_prefix="/courses")


@bp.get("/of/<id:patient_id>")
@requires(Permission.SEE_PATIENTS)
@retried
def of_patient(patient_id: int) -> Answer:
    """A patient's courses and appointments."""
    patient = guards.opened(patient_id, "courses.of_patient")
    lines = _lines(patients.courses_of(patient.id), clock.now())
    appointments = patients.appointments_of(patient.id)
    return page(
        "courses/of_patient", patient, lines=lines, appointments=appointments, due=labels.window_words
    )


@bp.route("/open/<id:patient_id>", methods=["GET", "POST"])
@requires(Permission.EDIT_PATIENTS)
@retried
def open_course(patient_id: int) -> Answer:
    """Open a course on a protocol."""
    patient, form = guards.opened(patient_id, "courses.open"), CourseForm()
    rows = catalogue.protocols(in_use=True)
    offered = [(row.id, f"{INDICATION_WORDS[row.indication]}: {row.name}") for row in rows]
    form.protocol_id.choices = f.choices(offered, empty="Choose one")
    _offer_currency(form)
    if form.validate_on_submit() and (row := done(form, "patients.open_course", _opens(patient.id, form))):
        flash("The course is open.")
        return _to(row.id)
    return page("courses/open", patient, form)


@bp.get("/<id:course_id>")
@requires(Permission.SEE_PATIENTS)
@retried
def course(course_id: int) -> Answer:
    """One course: its sessions, when the next is due and why, what it costs."""
    return _page(course_id, None)


@bp.route("/<id:course_id>/change", methods=["GET", "POST"])
@requires(Permission.EDIT_PATIENTS)
@retried
def change(course_id: int) -> Answer:
    """Agree anew on sessions and prices."""
    row, patient = _opened(course_id, "courses.change")
    line = _lines([row], clock.now())[0]
    told = {"sessions": row.sessions, "note": row.note, "session_price": line.session_price}
    form = AgreedForm(data=told | {"course_price": line.agreed_course_price, "row_version": row.row_version})
    _offer_currency(form)
    if form.validate_on_submit() and done(form, "patients.change_course", _changes(course_id, form)):
        flash("The course is changed.")
        return _to(course_id)
    return page("courses/change", patient, form, line=line)


@bp.route("/<id:course_id>/end", methods=["GET", "POST"])
@requires(Permission.EDIT_PATIENTS)
@retried
def end(course_id: int) -> Answer:
    """End a course, with the reason."""
    row, patient = _opened(course_id, "courses.end")
    form = EndCourseForm(data={"row_version": row.row_version})
    if form.validate_on_submit() and done(form, "patients.end_course", _ends(course_id, form)):
        flash("The course has ended; its sessions stay counted.")
        return _to(course_id)
    return page("courses/end", patient, form, line=_lines([row], clock.now())[0])


@bp.post("/<id:course_id>/count")
@requires(Permission.EDIT_PATIENTS)
@retried
def count(course_id: int) -> Answer:
    """Count a cocktail towards the course."""
    return _count(course_id, course_id)


@bp.post("/<id:course_id>/leave-out")
@requires(Permission.EDIT_PATIENTS)
@retried
def leave_out(course_id: int) -> Answer:
    """Take a cocktail out of the course."""
    return _count(course_id, None)


def _count(course_id: int, towards: int | None) -> Answer:
    form = CountForm()
    if form.validate_on_submit() and done(form, "cocktails.count_towards", _counts(form, towards)):
        return _to(course_id)
    return _page(course_id, form)


def _opens(patient_id: int, form: CourseForm) -> Any:
    protocol_id, agreed = form.protocol_id.data, actions.Agreed(**form.values("protocol_id"))
    told = {"protocol_id": protocol_id, "agreed": agreed, "by": g.actor, "key": form.key}
    return lambda at: actions.open_course(patient_id, **told, at=at)


def _changes(course_id: int, form: AgreedForm) -> Any:
    told = {"agreed": actions.Agreed(**form.values()), "version": form.version, "key": form.key}
    return lambda at: actions.change_course(course_id, **told, at=at, by=g.actor)


def _ends(course_id: int, form: EndCourseForm) -> Any:
    told = {"why": form.why.data, "version": form.version, "key": form.key}
    return lambda at: actions.end_course(course_id, **told, at=at, by=g.actor)


def _counts(form: CountForm, towards: int | None) -> Any:
    key = form.cocktail_id.data or 0
    return lambda at: cocktails.count_towards(key, towards, at=at, by=g.actor, key=form.key)


def _page(course_id: int, form: Form | None) -> Answer:
    row, patient = _opened(course_id, "courses.course")
    told = {"line": _lines([row], clock.now())[0], "due": labels.window_words}
    told["countable"] = [] if row.ended_at else entries.countable(patient.id)
    return page("courses/course", patient, form, **told, button_key=Form(formdata=None).key)


def _opened(course_id: int, what: str) -> tuple[Any, Any]:
    row = patients.course(course_id, by=g.actor, at=clock.now())
    return row, guards.opened(row.patient_id, what)


def _lines(rows: list[Any], at: datetime) -> list[labels.CourseLine]:
    booked = patients.booked_for([row.id for row in rows], at) if rows else {}
    return labels.course_lines(rows, queries.counts(rows), at, zone(), booked)


def _offer_currency(form: AgreedForm) -> None:
    currency = accounts.currency(g.site.id, clock.now())
    form.session_price.offer(currency)
    form.course_price.offer(currency)


def _to(course_id: int) -> Any:
    return redirect(url_for("courses.course", course_id=course_id))
