"""Appointments: booked, moved, and what became of them. Whoever books for a course says when it is due."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from formulary.accounts import Actor, Permission
from formulary.accounts import queries as accounts
from formulary.audit import record
from formulary.db import db, expect_version
from formulary.patients import queries
from formulary.patients.models import Appointment, Course, Patient
from formulary.rules.findings import Finding, Level, Refused, refuse
from formulary.rules.lot_status import day_words

CLOSING = ("kept", "no_show", "cancelled")
NEEDS_WHY = ("cancelled",)


def book_appointment(
    patient_id: int,
    *,
    starts_at: datetime,
    what: str = "",
    course: Course | None = None,
    due_from: date | None = None,
    early_why: str = "",
    moved_from_id: int | None = None,
    at: datetime,
    by: Actor,
) -> Appointment:
    """Book a time that is to come at the site of whoever books.

    `due_from` is the first day on which the course's interval is over: before it, a reason is asked for.
    """
    by.must(Permission.EDIT_PATIENTS)
    patient = queries.patient(patient_id, by=by, at=at)
    _check(patient, starts_at, course, at=at)
    early = _early(starts_at, due_from, early_why, by=by)
    row = Appointment(patient_id=patient.id, site_id=by.site_id, starts_at=starts_at, what=what)
    row.course_id, row.moved_from_id = course.id if course else None, moved_from_id
    row.early_why, row.booked_at, row.booked_by_id = early, at, by.person_id
    db.session.add(row)
    db.session.flush()
    new = {"patient": patient.code, "starts_at": starts_at.isoformat(), "course": row.course_id}
    record("patients.book_appointment", row, by=by, at=at, new=new, reason=early)
    return row


def move_appointment(
    appointment_id: int,
    *,
    starts_at: datetime,
    due_from: date | None = None,
    early_why: str = "",
    version: int | None = None,
    at: datetime,
    by: Actor,
) -> Appointment:
    """Move a booked appointment: the old one stays as moved, and the new one names it."""
    old = _booked(appointment_id, version, at=at, by=by)
    old.state, old.closed_at, old.closed_by_id = "moved", at, by.person_id
    db.session.flush()
    return book_appointment(
        old.patient_id,
        starts_at=starts_at,
        what=old.what,
        course=old.course,
        due_from=due_from,
        early_why=early_why,
        moved_from_id=old.id,
        at=at,
        by=by,
    )


def close_appointment(
    appointment_id: int,
    *,
    state: str,
    why: str = "",
    kept_ref: str = "",
    version: int | None = None,
    at: datetime,
    by: Actor,
) -> Appointment:
    """Say what became of a booked appointment: kept (by what), no-show, or cancelled with a reason."""
    row = _booked(appointment_id, version, at=at, by=by)
    if state not in CLOSING:
        raise refuse("appointment.state", "it", "This is not one of the ends.", "Choose one.", field="state")
    if state in NEEDS_WHY and not why.strip():
        raise refuse("appointment.no_reason", "it", "It is cancelled.", "Say why.", field="why")
    if state != "cancelled" and _day(row.starts_at, by) > _day(at, by):
        told = "Its day has not come yet."
        raise refuse("appointment.not_yet", "it", told, "Cancel or move it.", field="state")
    row.state, row.closed_at, row.closed_by_id, row.closed_why = state, at, by.person_id, why
    row.kept_ref = kept_ref
    db.session.flush()
    record(f"patients.appointment_{state}", row, by=by, at=at, new={"state": state}, reason=why)
    return row


def _booked(appointment_id: int, version: int | None, *, at: datetime, by: Actor) -> Appointment:
    by.must(Permission.EDIT_PATIENTS)
    row = queries.appointment(appointment_id, by=by, at=at)
    expect_version(row, version)
    if row.state != "booked":
        told = "It is not booked any more."
        raise refuse("appointment.closed", "the appointment", told, "Look at the list of the day.")
    return row


def _check(patient: Patient, starts_at: datetime, course: Course | None, *, at: datetime) -> None:
    if starts_at <= at:
        told = "This time is over."
        raise refuse("appointment.in_past", "it", told, "Type a time to come.", field="starts_at")
    if queries.is_booked(patient.id, starts_at):
        told = "The patient has an appointment at this time already."
        raise refuse("appointment.twice", str(patient), told, "Type another time.", field="starts_at")
    if course is not None and course.ended_at is not None:
        told = "This course has ended."
        raise refuse("course.ended", str(course), told, "Choose another one.", field="course_id")


def _early(starts_at: datetime, due_from: date | None, why: str, *, by: Actor) -> str:
    """Why it is booked before the interval is over; nothing where it is not."""
    if due_from is None or _day(starts_at, by) >= due_from:
        return ""
    if why.strip():
        return why
    told = f"The interval of this course is over on {day_words(due_from)}, and this is before."
    raise Refused(
        Finding(
            "appointment.too_soon",
            "the interval",
            told,
            "Book a later day, or say why it is right for this patient.",
            Level.WARN,
            field="early_why",
        )
    )


def _day(at: datetime, by: Actor) -> date:
    return at.astimezone(ZoneInfo(accounts.site(by.site_id).zone)).date()
