"""Weighing: a mass with its day; there is no default weight."""

from datetime import date, datetime

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.db import db, once
from formulary.patients import queries
from formulary.patients.actions.times import refuse_before_birth, refuse_future_day
from formulary.patients.models import Weight
from formulary.rules.units import Quantity


@once
def record_weight(patient_id: int, *, weight: Quantity, measured_on: date, at: datetime, by: Actor) -> Weight:
    """Record what the patient weighed on a day that has come."""
    by.must(Permission.EDIT_PATIENTS)
    patient = queries.patient(patient_id, by=by, at=at)
    refuse_future_day(measured_on, "measured_on", "the weighing", at=at, by=by)
    refuse_before_birth(measured_on, patient, "measured_on")
    row = Weight(
        patient_id=patient.id,
        mass=weight.whole(),
        measured_on=measured_on,
        by_id=by.person_id,
        recorded_at=at,
    )
    db.session.add(row)
    db.session.flush()
    record("patients.weigh", patient, by=by, at=at, new={"ng": row.mass, "measured_on": measured_on})
    return row
