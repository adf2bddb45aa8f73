"""Protocols, courses and appointments."""

from datetime import datetime
from typing import Any

from formulary import clock
from formulary.catalogue.models import Protocol
from formulary.patients.models import Appointment, Course, Patient
from tests.support.builders.accounts import the_site
from tests.support.builders.base import act, fresh, saved


def a_protocol(name: str = "", **columns: Any) -> Protocol:
    """A published protocol: four sessions of pigmentation, 7 to 10 days apart."""
    row = {"name": name or fresh("Melasma"), "indication": "pigmentation", "source": "[test]"}
    figures = {"sessions_low": 4, "sessions_high": 4, "least": 7, "most": 10}
    return saved(Protocol(**row | figures | columns))


@act()
def a_course(patient: Patient, protocol: Protocol | None = None, **columns: Any) -> Course:
    """A course of four sessions that was opened today at the site of Paris."""
    row = {"patient_id": patient.id, "site_id": the_site().id, "sessions": 4, "opened_at": clock.now()}
    row |= {"protocol_id": (protocol or a_protocol()).id, "opened_by_id": patient.created_by_id}
    return saved(Course(**row | columns))


def an_appointment(patient: Patient, starts_at: datetime, **columns: Any) -> Appointment:
    """A time booked for the patient at the site of Paris."""
    row = {"patient_id": patient.id, "site_id": the_site().id, "starts_at": starts_at}
    row |= {"booked_at": clock.now(), "booked_by_id": patient.created_by_id}
    return saved(Appointment(**row | columns))
