"""A course of treatment: opened on a protocol, agreed anew, ended with a reason."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formulary.accounts import Actor, Permission
from formulary.accounts import queries as accounts
from formulary.audit import record
from formulary.catalogue import queries as catalogue
from formulary.db import db, expect_version, once
from formulary.patients import queries
from formulary.patients.models import Course
from formulary.rules.findings import refuse
from formulary.rules.units import Money


@dataclass(frozen=True)
class Agreed:
    """What was agreed: how many sessions, at what price for one and for all; None is left open."""

    sessions: int | None = None
    session_price: Money | None = None
    course_price: Money | None = None
    note: str = ""

    def columns(self) -> dict[str, Any]:
        """The columns of the row; prices in minor units."""
        prices = {name: getattr(self, name) for name in ("session_price", "course_price")}
        currency = next((price.currency.code for price in prices.values() if price is not None), "")
        minor = {name: None if price is None else int(price.minor) for name, price in prices.items()}
        return {"sessions": self.sessions, "note": self.note, "currency": currency} | minor


@once
def open_course(patient_id: int, *, protocol_id: int, agreed: Agreed, at: datetime, by: Actor) -> Course:
    """Open a course of a patient on a protocol that is in use, at the site of whoever opens it."""
    by.must(Permission.EDIT_PATIENTS)
    patient = queries.patient(patient_id, by=by, at=at)
    protocol = catalogue.protocol(protocol_id)
    if protocol.is_retired:
        told = f"{protocol} is retired."
        raise refuse("course.protocol_retired", str(protocol), told, "Choose another.", field="protocol_id")
    _in_its_currency(agreed, by=by, at=at)
    row = Course(patient_id=patient.id, site_id=by.site_id, protocol_id=protocol.id, **agreed.columns())
    row.opened_at, row.opened_by_id = at, by.person_id
    db.session.add(row)
    db.session.flush()
    new = {"patient": patient.code, "protocol": protocol.name, **agreed.columns()}
    record("patients.open_course", row, by=by, at=at, new=new)
    return row


@once
def change_course(
    course_id: int, *, agreed: Agreed, version: int | None = None, at: datetime, by: Actor
) -> Course:
    """Agree anew on sessions and prices of an open course."""
    by.must(Permission.EDIT_PATIENTS)
    row = _open(course_id, version, at=at, by=by)
    _in_its_currency(agreed, by=by, at=at)
    old = {name: getattr(row, name) for name in agreed.columns()}
    for name, value in agreed.columns().items():
        setattr(row, name, value)
    db.session.flush()
    record("patients.change_course", row, by=by, at=at, old=old, new=agreed.columns())
    return row


@once
def end_course(course_id: int, *, why: str, version: int | None = None, at: datetime, by: Actor) -> Course:
    """End a course, with the reason; its sessions stay counted."""
    by.must(Permission.EDIT_PATIENTS)
    row = _open(course_id, version, at=at, by=by)
    row.ended_at, row.ended_by_id, row.ended_why = at, by.person_id, why
    db.session.flush()
    record("patients.end_course", row, by=by, at=at, new={"ended": True}, reason=why)
    return row


def _open(course_id: int, version: int | None, *, at: datetime, by: Actor) -> Course:
    row = queries.course(course_id, by=by, at=at)
    expect_version(row, version)
    if row.ended_at is not None:
        raise refuse("course.ended", str(row), "This course has ended.", "Open another one.")
    return row


def _in_its_currency(agreed: Agreed, *, by: Actor, at: datetime) -> None:
    currency = accounts.currency(by.site_id, at)
    for name in ("session_price", "course_price"):
        price = getattr(agreed, name)
        if price is not None and price.currency != currency:
            told = f"This site does not keep its prices in {price.currency.code}."
            raise refuse("course.other_currency", "the price", told, "Load the page again.", field=name)
