"""What no date or instant of a record may be: in the future, or before the patient was born."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from formulary.accounts import Actor
from formulary.accounts import queries as accounts
from formulary.patients.models import Patient
from formulary.rules.findings import refuse
from formulary.web import words

UTC = ZoneInfo("UTC")


def today(at: datetime, by: Actor) -> date:
    """The day it is at the site of this person."""
    return accounts.day_at(by.site_id, at)


def refuse_future_day(on: date, field: str, subject: str, *, at: datetime, by: Actor) -> None:
    """Refuse a day that has not come yet at the site."""
    if on > today(at, by):
        raise refuse(
            "date.in_future", subject, f"{shown(on)} has not come yet.", "Check the year.", field=field
        )


def refuse_before_birth(on: date, patient: Patient, field: str) -> None:
    """Refuse a day before the patient was born."""
    if on < patient.born_on:
        told = f"{shown(on)} is before the patient was born ({shown(patient.born_on)})."
        raise refuse("date.before_birth", str(patient), told, "Check the date.", field=field)


def refuse_future(instant: datetime, field: str, subject: str, *, at: datetime) -> None:
    """Refuse an instant that lies ahead."""
    if instant > at:
        raise refuse(
            "time.in_future", subject, "This time has not come yet.", "Type when it happened.", field=field
        )


def shown(on: date) -> str:
    """A date for people, "24 Nov 2026"."""
    return words.day(on, UTC)
