"""What a patient takes: noted, put right by a newer entry, and the question asked; rows are only added."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.catalogue import queries as catalogue
from formulary.db import Missing, db, once
from formulary.patients import queries
from formulary.patients.actions.times import refuse_before_birth, refuse_future_day
from formulary.patients.models import Patient, PatientMedicine
from formulary.rules.findings import refuse

KEPT_WHEN_CLOSED = ("patient_id", "name", "choice", "taking", "started_on", "last_taken_on")


@dataclass(frozen=True)
class Taken:
    """A medicine as the patient tells of it; `kind_id` None is words alone, `name` "" the name of the kind.

    `taking` is still, stopped (with the day it was last taken) or unknown; `choice` prescribed, own or
    unknown.
    """

    taking: str
    choice: str
    kind_id: int | None = None
    name: str = ""
    started_on: date | None = None
    last_taken_on: date | None = None
    remark: str = ""


@once
def note_medicine(
    patient_id: int, taken: Taken, *, replaces_id: int | None = None, at: datetime, by: Actor
) -> PatientMedicine:
    """Note what the patient takes or took; with `replaces_id` it puts an entry right, which stays on record.

    Refused without a name, with a last day of what is still taken or none of what is not, and for days to
    come, before the birth or in the wrong order.
    """
    by.must(Permission.EDIT_PATIENTS)
    patient = queries.patient(patient_id, by=by, at=at)
    told = _named(taken)
    _refuse_days(told, patient, at=at, by=by)
    old = None if replaces_id is None else _standing(replaces_id, patient)
    row = PatientMedicine(patient_id=patient.id, said="takes", replaces_id=replaces_id, **vars(told))
    _add(row, patient, "patients.note_medicine", old=old, at=at, by=by)
    return row


@once
def mistaken_medicine(
    medicine_id: int, patient_id: int, *, why: str, at: datetime, by: Actor
) -> PatientMedicine:
    """Say that an entry is a mistake: nothing of the kind is taken. The entry stays on record."""
    by.must(Permission.EDIT_PATIENTS)
    patient = queries.patient(patient_id, by=by, at=at)
    old = _standing(medicine_id, patient)
    row = PatientMedicine(patient_id=patient.id, said="mistake", replaces_id=old.id, remark=why)
    row.kind_id, row.name = old.kind_id, old.name
    _add(row, patient, "patients.mistaken_medicine", old=old, at=at, by=by)
    return row


@once
def close_medicine(
    medicine_id: int, patient_id: int, *, closed_on: date, why: str, at: datetime, by: Actor
) -> PatientMedicine:
    """Say of an entry in words alone that it does not matter from a day on; it stays on the list, closed.

    Refused of one of a kind, whose wash-outs decide, and for a day to come or before the birth.
    """
    by.must(Permission.PRESCRIBE)
    patient = queries.patient(patient_id, by=by, at=at)
    old = _standing(medicine_id, patient)
    if old.kind_id is not None:
        remedy = "Its wash-outs say from when on it does not count."
        raise refuse("medicine.of_a_kind", old.name, "It is of a kind of the list.", remedy)
    refuse_future_day(closed_on, "closed_on", old.name, at=at, by=by)
    refuse_before_birth(closed_on, patient, "closed_on")
    kept = {name: getattr(old, name) for name in KEPT_WHEN_CLOSED}
    row = PatientMedicine(said="takes", replaces_id=old.id, closed_on=closed_on, remark=why, **kept)
    _add(row, patient, "patients.close_medicine", old=old, at=at, by=by)
    return row


@once
def review_medicines(patient_id: int, *, takes_none: bool, at: datetime, by: Actor) -> PatientMedicine:
    """Record that the patient was asked: nothing is taken (beside what was stopped), or the list is whole."""
    by.must(Permission.EDIT_PATIENTS)
    patient = queries.patient(patient_id, by=by, at=at)
    listed = [row for row in queries.standing_medicines(patient.id, at) if row.said == "takes"]
    if takes_none and (open_ones := [row.name for row in listed if row.taking != "stopped"]):
        told = f"{', '.join(open_ones)} stand on the list as taken."
        raise refuse("medicine.listed", "medicines", told, "Put those right first, or confirm the list.")
    if not takes_none and not listed:
        remedy = "Note a medicine, or answer that none is taken."
        raise refuse("medicine.none_listed", "medicines", "The list is empty.", remedy)
    row = PatientMedicine(patient_id=patient.id, said="none" if takes_none else "complete")
    _add(row, patient, "patients.review_medicines", at=at, by=by)
    return row


def _named(taken: Taken) -> Taken:
    """With the name of its kind where none was given; Refused without either, Missing for a strange kind."""
    kinds = {kind.id: kind for kind in catalogue.medicine_kinds()}
    if taken.kind_id is not None and taken.kind_id not in kinds:
        raise Missing(f"No kind of medicine {taken.kind_id}")
    name = taken.name or (kinds[taken.kind_id].name if taken.kind_id is not None else "")
    if not name:
        remedy = "Choose one of the list, or write its name."
        raise refuse("medicine.unnamed", "medicine", "It has no name.", remedy, field="name")
    return Taken(**(vars(taken) | {"name": name}))


def _refuse_days(told: Taken, patient: Patient, *, at: datetime, by: Actor) -> None:
    if (told.taking == "stopped") != (told.last_taken_on is not None):
        reason = "The last day belongs to what is no longer taken, and to nothing else."
        remedy = "Type the day it was last taken, or say that the day is not known."
        raise refuse("medicine.last_day", told.name, reason, remedy, field="last_taken_on")
    for field in ("started_on", "last_taken_on"):
        day = getattr(told, field)
        if day is not None:
            refuse_future_day(day, field, told.name, at=at, by=by)
            refuse_before_birth(day, patient, field)
    if told.started_on and told.last_taken_on and told.started_on > told.last_taken_on:
        reason = "It was last taken before it was begun."
        raise refuse("medicine.days", told.name, reason, "Check both days.", field="last_taken_on")


def _standing(medicine_id: int, patient: Patient) -> PatientMedicine:
    """The entry that is put right; Refused where another did that already."""
    row = queries.medicine(medicine_id, patient.id)
    if queries.is_replaced(row):
        reason = f"The entry about {row.name} was put right already."
        raise refuse("medicine.replaced", row.name, reason, "Load the page again.")
    return row


def _add(
    row: PatientMedicine,
    patient: Patient,
    act: str,
    *,
    old: PatientMedicine | None = None,
    at: datetime,
    by: Actor,
) -> None:
    row.at, row.by_id = at, by.person_id
    db.session.add(row)
    db.session.flush()
    record(act, patient, by=by, at=at, old=_told(old), new=_told(row))


def _told(row: PatientMedicine | None) -> dict[str, Any]:
    """What the audit trail keeps of a row."""
    if row is None:
        return {}
    days = {name: getattr(row, name) for name in ("started_on", "last_taken_on", "closed_on")}
    told = {"said": row.said, "name": row.name, "taking": row.taking, "choice": row.choice}
    return told | {key: day.isoformat() for key, day in days.items() if day} | {"remark": row.remark}
