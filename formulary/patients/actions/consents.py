"""Consents: to a procedure, in a version, perhaps covering off-label use; withdrawn, never deleted."""

from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.db import db, once
from formulary.patients import queries
from formulary.patients.actions.times import refuse_future
from formulary.patients.models import Consent
from formulary.rules.findings import refuse


@once
def record_consent(
    patient_id: int,
    *,
    procedure: str,
    version: str,
    covers_off_label: bool,
    given_at: datetime | None = None,
    at: datetime,
    by: Actor,
) -> Consent:
    """Record the consent that the patient gave, now or earlier."""
    by.must(Permission.EDIT_PATIENTS)
    patient = queries.patient(patient_id, by=by, at=at)
    refuse_future(given_at or at, "given_at", "the consent", at=at)
    told = {"procedure": procedure, "version": version, "covers_off_label": covers_off_label}
    row = Consent(patient_id=patient.id, **told, given_at=given_at or at, taken_by_id=by.person_id)
    db.session.add(row)
    db.session.flush()
    record(
        "patients.record_consent", patient, by=by, at=at, new={**told, "given_at": row.given_at.isoformat()}
    )
    return row


def withdraw_consent(consent_id: int, patient_id: int, *, why: str, at: datetime, by: Actor) -> Consent:
    """Record that the patient withdrew a consent; nothing is administered on it from now on."""
    by.must(Permission.EDIT_PATIENTS)
    patient = queries.patient(patient_id, by=by, at=at)
    row = queries.consent(consent_id, patient.id)
    if row.withdrawn_at is not None:
        raise refuse("consent.withdrawn", "the consent", "It was withdrawn already.", "Load the page again.")
    row.withdrawn_at, row.withdrawn_why = at, why
    db.session.flush()
    record(
        "patients.withdraw_consent",
        patient,
        by=by,
        at=at,
        old={"consent": row.id, "version": row.version},
        reason=why,
    )
    return row
