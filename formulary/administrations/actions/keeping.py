"""A session that closes keeps its appointment, and counts towards the course that this was booked for."""

from datetime import datetime
from zoneinfo import ZoneInfo

from formulary.accounts import Actor, Permission
from formulary.accounts import queries as accounts
from formulary.administrations.models import Administration
from formulary.cocktails.actions import count_towards
from formulary.cocktails.queries import entries
from formulary.patients import actions as patients
from formulary.patients import queries as records
from formulary.patients.models import Appointment


def keep_appointment(session: Administration, *, at: datetime, by: Actor) -> Appointment | None:
    """Mark the patient's appointment of that day as kept by the session; None where there is none.

    Its course counts the cocktail, unless somebody has said already where it counts. A session closes all
    the same where whoever closes it may not keep the list of appointments.
    """
    if not by.may(Permission.EDIT_PATIENTS):
        return None
    counts = entries.course_of(session.cocktail_id)
    booked = _booked(session, counts)
    if booked is None:
        return None
    course = booked.course
    if course is not None and course.ended_at is None and not entries.was_said(session.cocktail_id):
        count_towards(session.cocktail_id, course.id, at=at, by=by)
    ref = f"session:{session.id}"
    return patients.close_appointment(booked.id, state="kept", kept_ref=ref, at=at, by=by)


def _booked(session: Administration, counts: int | None) -> Appointment | None:
    """Of the appointments of the day the session began, one of its course first, then the nearest in time."""
    zone = ZoneInfo(accounts.site(session.site_id).zone)
    rows = records.booked_on(session.patient_id, session.started_at, zone, site_id=session.site_id)
    fitting = [row for row in rows if counts is None or row.course_id in (counts, None)]
    began = session.started_at
    return min(fitting, key=lambda r: (r.course_id != counts, abs(r.starts_at - began), r.id), default=None)
