"""Booking and moving appointments of courses: when the interval is over is looked up, and asked about."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from formulary.accounts import Actor
from formulary.accounts import queries as accounts
from formulary.administrations.labels.courses import due_window
from formulary.administrations.queries import courses as queries
from formulary.db import once
from formulary.patients import actions as patients
from formulary.patients import queries as records
from formulary.patients.models import Appointment, Course
from formulary.rules.findings import refuse


@once
def book(
    patient_id: int,
    *,
    starts_at: datetime,
    course_id: int | None = None,
    what: str = "",
    early_why: str = "",
    at: datetime,
    by: Actor,
) -> Appointment:
    """Book a time; before the interval of its course is over only with a reason."""
    course = None if course_id is None else _course(course_id, patient_id, at=at, by=by)
    told = {"starts_at": starts_at, "what": what, "early_why": early_why}
    due = due_from(course, by=by)
    return patients.book_appointment(patient_id, **told, course=course, due_from=due, at=at, by=by)


@once
def move(
    appointment_id: int,
    *,
    starts_at: datetime,
    early_why: str = "",
    version: int | None = None,
    at: datetime,
    by: Actor,
) -> Appointment:
    """Move an appointment; before the interval of its course is over only with a reason."""
    row = records.appointment(appointment_id, by=by, at=at)
    told = {"starts_at": starts_at, "early_why": early_why, "due_from": due_from(row.course, by=by)}
    return patients.move_appointment(appointment_id, **told, version=version, at=at, by=by)


@once
def close(
    appointment_id: int, *, state: str, why: str = "", version: int | None = None, at: datetime, by: Actor
) -> Appointment:
    """Say what became of an appointment."""
    return patients.close_appointment(appointment_id, state=state, why=why, version=version, at=at, by=by)


def due_from(course: Course | None, *, by: Actor) -> date | None:
    """The first day on which the interval of a course is over, by the calendar of the asker's site."""
    if course is None:
        return None
    counts, zone = queries.counts([course]), ZoneInfo(accounts.site(by.site_id).zone)
    due = due_window(course, counts.cocktails.get(course.id, []), counts.asked.get(course.id, []), zone)
    return None if due is None else due.first


def _course(course_id: int, patient_id: int, *, at: datetime, by: Actor) -> Course:
    course = records.course(course_id, by=by, at=at)
    if course_id not in {row.id for row in records.courses_of(patient_id)}:
        told = "This course is another patient's."
        raise refuse("course.other_patient", str(course), told, "Choose one of theirs.", field="course_id")
    return course
