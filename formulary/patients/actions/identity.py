"""Who a patient is: registering, with a look for those who may be the same person, and editing."""

import hashlib
import hmac
from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from flask import current_app

from formulary.accounts import Actor, Permission
from formulary.accounts.actions import next_code
from formulary.audit import record
from formulary.db import db, exclusive, expect_version, once
from formulary.patients import queries
from formulary.patients.actions.care import note_care
from formulary.patients.actions.times import refuse_future_day
from formulary.patients.models import Patient
from formulary.rules.findings import Finding, Level, Refused, canonical, refuse


@once
def register_patient(
    *,
    name: str,
    born_on: date,
    sex: str = "unknown",
    record_number: str = "",
    phone: str = "",
    others: Collection[int] = (),
    at: datetime,
    by: Actor,
) -> Patient:
    """Register a patient at one's site; `others` are the look-alikes declared to be other people."""
    by.must(Permission.EDIT_PATIENTS)
    _check_identity(name, born_on, at=at, by=by)
    exclusive("patients.register")
    _refuse_look_alikes(name, born_on, others)
    patient = Patient(code=next_code("P"), created_at=at, created_by_id=by.person_id)
    _fill(patient, name=name, born_on=born_on, sex=sex, record_number=record_number, phone=phone)
    db.session.add(patient)
    db.session.flush()
    note_care(patient.id, by.site_id, why="registered", at=at)
    told = {"code": patient.code, "identity": commitment(patient), "not_the_same_as": sorted(others)}
    record("patients.register", patient, by=by, at=at, new=told)
    return patient


def edit_patient(
    patient_id: int, *, version: int | None, at: datetime, by: Actor, **identity: Any
) -> Patient:
    """Change name, birth date, sex, record number or telephone; Stale when somebody else did meanwhile."""
    by.must(Permission.EDIT_PATIENTS)
    patient = queries.patient(patient_id, by=by, at=at)
    expect_version(patient, version)
    _check_identity(identity["name"], identity["born_on"], at=at, by=by)
    fields = sorted(name for name, value in identity.items() if getattr(patient, name) != value)
    if not fields:
        raise refuse(
            "patient.unchanged",
            str(patient),
            "Nothing differs from what is on record.",
            "Change it, or leave.",
        )
    before = commitment(patient)
    _fill(patient, **identity)
    db.session.flush()
    told = {"fields": fields, "identity": commitment(patient)}
    record("patients.edit", patient, by=by, at=at, old={"identity": before}, new=told)
    return patient


def commitment(patient: Patient) -> str:
    """A keyed hash of who the patient is: proves what was on record, and tells nothing once it was erased."""
    identity = [patient.name, patient.born_on.isoformat(), patient.sex, patient.record_number, patient.phone]
    key: bytes = current_app.extensions["formulary"].head_key
    return hmac.new(key, canonical(identity).encode(), hashlib.sha256).hexdigest()


def _fill(patient: Patient, *, name: str, **rest: Any) -> None:
    patient.name, patient.folded = name, queries.fold(name)
    for field, value in rest.items():
        setattr(patient, field, value)


def _check_identity(name: str, born_on: date, *, at: datetime, by: Actor) -> None:
    if not queries.fold(name):
        told = "The name holds no letter."
        raise refuse(
            "patient.no_name", "the patient", told, "Type it as the patient writes it.", field="name"
        )
    refuse_future_day(born_on, "born_on", "the date of birth", at=at, by=by)


def _refuse_look_alikes(name: str, born_on: date, others: Collection[int]) -> None:
    unanswered = [p for p in queries.alike(name, born_on) if p.id not in others]
    if unanswered:
        codes = ", ".join(p.code for p in unanswered)
        told = f"{codes} may be the same person: name and date of birth look alike."
        remedy = "Open that record, or say below that it is another person."
        raise Refused(Finding("patient.looks_alike", "the patient", told, remedy, level=Level.WARN))
