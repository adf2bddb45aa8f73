"""Two records of one person: one is kept, the other leads to it, and no row of either is moved."""

from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.db import db, exclusive, once
from formulary.patients import queries
from formulary.patients.actions.care import note_care
from formulary.patients.actions.identity import commitment
from formulary.patients.models import Patient
from formulary.rules.findings import refuse


@once
def merge(patient_id: int, *, into_id: int, reason: str, at: datetime, by: Actor) -> Patient:
    """Declare that a record is of the same person as the one that is kept: from now on it leads there.

    Refused for one and the same record, and where one of the two was merged already, so that no chain can
    grow. What was merged into the record before goes with it, and the sites that cared for it care on.
    """
    by.must(Permission.EDIT_PATIENTS)
    exclusive("patients.merge")
    first, second = (queries.record_itself(id_, by=by, at=at) for id_ in sorted((patient_id, into_id)))
    lost, kept = (first, second) if first.id == patient_id else (second, first)
    _refuse(lost, kept)
    followers = queries.merged_into([lost.id]).get(lost.id, [])
    for row in (lost, *followers):
        row.merged_into_id = kept.id
    for site_id in queries.sites_caring(lost.id):
        note_care(kept.id, site_id, why="merged", at=at)
    db.session.flush()
    told = {"into": kept.code, "identity": commitment(kept), "with": [row.code for row in followers]}
    old = {"code": lost.code, "identity": commitment(lost)}
    record("patients.merge", lost, by=by, at=at, old=old, new=told, reason=reason)
    return kept


def _refuse(lost: Patient, kept: Patient) -> None:
    if lost.id == kept.id:
        told = "This is one and the same record."
        raise refuse("patient.same_record", lost.code, told, "Find the other record of this person.")
    for row in (lost, kept):
        if row.merged_into_id is not None:
            told = f"{row.code} was merged into another record already."
            raise refuse("patient.merged", row.code, told, "Load the page again, and choose that record.")
