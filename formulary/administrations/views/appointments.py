"""Pages of appointments: the list of the day, booking, moving, and what became of each."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.administrations import labels
from formulary.administrations.actions import appointments as actions
from formulary.administrations.forms import BookForm, CloseAppointmentForm, DayForm, MoveForm
from formulary.administrations.queries import courses as queries
from formulary.administrations.views.about import Answer, done, page, zone
from formulary.audit import log_access
from formulary.db import retried, transaction
from formulary.patients import guards
from formulary.patients import queries as patients
from formulary.web import fields as f

bp = Blueprint("appointments", __name__, url_prefix="/appointments")


@bp.get("/")
@requires(Permission.SEE_PATIENTS)
@retried
def index() -> Answer:
    """The list of a day at the site, and who is due and not booked."""
    form, at = DayForm(), clock.now()
    day = (form.day.data if form.validate() else None) or at.astimezone(zone()).date()
    with transaction():
        told = _day(day, at)
        shown = {row.appointment.patient_id for row in told["rows"]}
        shown |= {line.course.patient_id for line in told["waiting"]}
        log_access("appointments.index", by=g.actor, at=at, patients=len(shown))
    around = {"before": day - timedelta(days=1), "after": day + timedelta(days=1)}
    answered = render_template("appointments/index.html", form=form, day=day, **told, **around)
    return answered, 422 if form.errors else 200


@bp.route("/book/<id:patient_id>", methods=["GET", "POST"])
@requires(Permission.EDIT_PATIENTS)
@retried
def book(patient_id: int) -> Answer:
    """Book a time for a patient; the page says when each open course is due."""
    patient, form, at = guards.opened(patient_id, "appointments.book"), BookForm(), clock.now()
    lines = _lines([row for row in patients.courses_of(patient.id) if row.ended_at is None], at)
    form.course_id.choices = f.choices([(x.course.id, x.protocol.name) for x in lines], empty="For no course")
    if form.validate_on_submit() and (row := done(form, "patients.book_appointment", _books(patient, form))):
        flash("The appointment is booked.")
        return _to_day(row.starts_at)
    return page("appointments/book", patient, form, lines=lines, due=labels.window_words)


@bp.route("/<id:appointment_id>/move", methods=["GET", "POST"])
@requires(Permission.EDIT_PATIENTS)
@retried
def move(appointment_id: int) -> Answer:
    """Move a booked appointment."""
    row, patient = _opened(appointment_id, "appointments.move")
    form = MoveForm(data={"row_version": row.row_version})
    if form.validate_on_submit() and (made := done(form, "patients.move_appointment", _moves(row.id, form))):
        flash("The appointment is moved.")
        return _to_day(made.starts_at)
    lines = _lines([row.course] if row.course else [], clock.now())
    return page("appointments/move", patient, form, row=row, lines=lines, due=labels.window_words)


@bp.route("/<id:appointment_id>/close", methods=["GET", "POST"])
@requires(Permission.EDIT_PATIENTS)
@retried
def close(appointment_id: int) -> Answer:
    """Say what became of a booked appointment: kept, no-show, cancelled."""
    row, patient = _opened(appointment_id, "appointments.close")
    form = CloseAppointmentForm(data={"row_version": row.row_version})
    if form.validate_on_submit() and done(form, "patients.close_appointment", _closes(row.id, form)):
        flash("It is on record.")
        return _to_day(row.starts_at)
    return page("appointments/close", patient, form, row=row)


def _books(patient: Any, form: BookForm) -> Any:
    return lambda at: actions.book(patient.id, **form.values(), at=at, by=g.actor, key=form.key)


def _moves(key: int, form: MoveForm) -> Any:
    told = form.values() | {"version": form.version, "key": form.key}
    return lambda at: actions.move(key, **told, at=at, by=g.actor)


def _closes(key: int, form: CloseAppointmentForm) -> Any:
    told = form.values() | {"version": form.version, "key": form.key}
    return lambda at: actions.close(key, **told, at=at, by=g.actor)


def _day(day: date, at: datetime) -> dict[str, Any]:
    """The appointments of a day, each beside its course, and the open courses due by then and not booked."""
    begin, end = (_midnight(day + timedelta(days=n)) for n in (0, 1))
    rows = patients.appointments_between(begin, end, by=g.actor, at=at)
    lines = {line.course.id: line for line in _lines(patients.open_courses(by=g.actor, at=at), at)}
    told = [labels.appointment_line(row, lines.get(row.course_id or 0), zone()) for row in rows]
    waiting = labels.waiting(lines.values(), day, zone())
    return {"rows": told, "waiting": waiting, "due": labels.window_words}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), zone()).astimezone(UTC)


def _opened(appointment_id: int, what: str) -> tuple[Any, Any]:
    row = patients.appointment(appointment_id, by=g.actor, at=clock.now())
    return row, guards.opened(row.patient_id, what)


def _lines(rows: list[Any], at: datetime) -> list[labels.CourseLine]:
    booked = patients.booked_for([row.id for row in rows], at) if rows else {}
    return labels.course_lines(rows, queries.counts(rows), at, zone(), booked)


def _to_day(starts_at: datetime) -> Any:
    return redirect(url_for("appointments.index", day=starts_at.astimezone(zone()).date().isoformat()))
