"""A session that closes keeps its appointment, and counts towards the course that this was booked for."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from formulary.accounts import Actor, Permission
from formulary.accounts import queries as accounts
from formulary.administrations.models import GIVEN, Administration
from formulary.cocktails.actions import count_towards
from formulary.cocktails.queries import entries
from formulary.patients import actions as patients
from formulary.patients import queries as records
from formulary.patients.models import Appointment

NEAR = timedelta(hours=2)
"""Who comes further from a booked time than this may have come for something else: that one stays booked."""


def keep_appointment(session: Administration, *, at: datetime, by: Actor) -> Appointment | None:
    """Mark the patient's appointment of that day as kept by the session; None where there is none.

    Its course counts the cocktail of which something was given, unless somebody has said already where it
    counts. A session closes all the same where whoever closes it may not keep the list of appointments.
    """
    if not by.may(Permission.EDIT_PATIENTS):
        return None
    counts = entries.course_of(session.cocktail_id)
    booked = _booked(session, counts)
    if booked is None:
        return None
    if _counts(session, booked):
        count_towards(session.cocktail_id, booked.course_id, at=at, by=by)
    ref = f"session:{session.id}"
    return patients.close_appointment(booked.id, state="kept", kept_ref=ref, at=at, by=by)


def _counts(session: Administration, booked: Appointment) -> bool:
    course = booked.course
    open_course = course is not None and course.ended_at is None
    return open_course and session.outcome in GIVEN and not entries.was_said(session.cocktail_id)


def _booked(session: Administration, counts: int | None) -> Appointment | None:
    """Of the appointments of the day the session began, of its course first, then the nearest one near."""
    zone = ZoneInfo(accounts.site(session.site_id).zone)
    rows = records.booked_on(session.patient_id, session.started_at, zone, site_id=session.site_id)
    began = session.started_at
    own = [row for row in rows if counts is not None and row.course_id == counts]
    near = [row for row in rows if abs(row.starts_at - began) <= NEAR]
    others = [row for row in near if counts is None or row.course_id is None]
    return min(own or others, key=lambda row: (abs(row.starts_at - began), row.id), default=None)
