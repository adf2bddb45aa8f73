"""Courses and appointments: each scoped to who may see the patient, lists to the site of whoever asks."""

from collections.abc import Collection
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from formulary.accounts import Actor
from formulary.db import Missing, db
from formulary.patients.models import Appointment, Course, Patient
from formulary.patients.queries.access import may_see
from formulary.patients.queries.record import own

MOST = 200
DAY = timedelta(hours=25)
"""As long as a day is at most, in the night that the clocks go back."""


def course(course_id: int, *, by: Actor, at: datetime) -> Course:
    """One course of a patient whom this person may see; Missing otherwise."""
    seen = may_see(Course.patient_id, by=by, at=at)
    found: Course | None = db.session.scalar(db.select(Course).where(Course.id == course_id, seen))
    if found is None:
        raise Missing(f"No course {course_id} that you may see")
    return found


def courses_of(patient_id: int) -> list[Course]:
    """Every course of a patient that was asked for before: those that are open first, then the newest."""
    query = db.select(Course).where(own(Course.patient_id, patient_id))
    query = query.order_by(Course.ended_at.is_not(None), Course.opened_at.desc(), Course.id.desc())
    return list(db.session.scalars(query.limit(MOST)))


def open_courses(*, by: Actor, at: datetime) -> list[Course]:
    """The open courses of the site, of patients whom this person may see."""
    query = db.select(Course).where(Course.site_id == by.site_id, Course.ended_at.is_(None))
    return list(db.session.scalars(query.where(may_see(Course.patient_id, by=by, at=at)).order_by(Course.id)))


def appointment(appointment_id: int, *, by: Actor, at: datetime) -> Appointment:
    """One appointment at the site of whoever asks, of a patient whom they may see; Missing otherwise."""
    seen = may_see(Appointment.patient_id, by=by, at=at)
    query = db.select(Appointment).where(Appointment.id == appointment_id, Appointment.site_id == by.site_id)
    found: Appointment | None = db.session.scalar(query.where(seen))
    if found is None:
        raise Missing(f"No appointment {appointment_id} that you may see")
    return found


def appointments_between(begin: datetime, end: datetime, *, by: Actor, at: datetime) -> list[Appointment]:
    """The appointments of the site in a stretch of time, the earliest first; moved ones are left out."""
    seen = may_see(Appointment.patient_id, by=by, at=at)
    query = db.select(Appointment).where(Appointment.site_id == by.site_id, Appointment.state != "moved")
    query = query.where(Appointment.starts_at >= begin, Appointment.starts_at < end, seen)
    return list(db.session.scalars(query.order_by(Appointment.starts_at, Appointment.id)))


def appointments_of(patient_id: int) -> list[Appointment]:
    """A patient's appointments, the latest first."""
    query = db.select(Appointment).where(own(Appointment.patient_id, patient_id))
    return list(db.session.scalars(query.order_by(Appointment.starts_at.desc()).limit(MOST)))


def booked_on(patient_id: int, at: datetime, zone: ZoneInfo, *, site_id: int) -> list[Appointment]:
    """What a patient is booked for at a site on the day that it is at an instant, by the site's calendar."""
    query = db.select(Appointment).where(own(Appointment.patient_id, patient_id))
    query = query.where(Appointment.site_id == site_id, Appointment.state == "booked")
    begin, end = at - DAY, at + DAY
    rows = db.session.scalars(query.where(Appointment.starts_at > begin, Appointment.starts_at < end))
    day = at.astimezone(zone).date()
    return [row for row in rows if row.starts_at.astimezone(zone).date() == day]


def kept_by(ref: str) -> Appointment | None:
    """The appointment that this kept."""
    query = db.select(Appointment).where(Appointment.kept_ref == ref)
    found: Appointment | None = db.session.scalar(query.limit(1))
    return found


def booked_for(course_ids: Collection[int], at: datetime) -> dict[int, Appointment]:
    """The next booked appointment of each of these courses from now on, in one query."""
    query = db.select(Appointment).where(Appointment.course_id.in_(course_ids), Appointment.state == "booked")
    rows = db.session.scalars(query.where(Appointment.starts_at >= at).order_by(Appointment.starts_at.desc()))
    return {row.course_id or 0: row for row in rows}


def is_booked(patient_id: int, starts_at: datetime) -> bool:
    """Whether the patient has an appointment at this very time; one who books for them waits for another."""
    db.session.execute(db.select(Patient.id).where(Patient.id == patient_id).with_for_update(key_share=True))
    query = db.select(Appointment.id).where(own(Appointment.patient_id, patient_id))
    query = query.where(Appointment.state == "booked", Appointment.starts_at == starts_at)
    return db.session.scalar(query.limit(1)) is not None
