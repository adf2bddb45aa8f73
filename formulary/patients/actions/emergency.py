"""Emergency access to a patient of another site: a reason, an hour, and a review by somebody else."""

from datetime import date, datetime

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.db import Missing, db, once
from formulary.patients import queries
from formulary.patients.models import BreakGlass
from formulary.rules.findings import refuse


@once
def break_glass(*, identifier: str, born_on: date, reason: str, at: datetime, by: Actor) -> BreakGlass:
    """Open a patient's record for an hour: a reason, the code or whole name, and the birth date."""
    by.must(Permission.SEE_PATIENTS)
    found = queries.named(identifier, born_on)
    if not found:
        told = "No patient has this code or whole name together with this date of birth."
        raise refuse(
            "patient.not_identified",
            "the patient",
            told,
            "Check both against a document.",
            field="identifier",
        )
    if len(found) > 1:
        told = "Several patients have this name and date of birth."
        raise refuse("patient.ambiguous", "the patient", told, "Type the patient's code.", field="identifier")
    row = BreakGlass(
        patient_id=found[0].id, person_id=by.person_id, reason=reason, at=at, until=at + queries.EMERGENCY
    )
    db.session.add(row)
    db.session.flush()
    record(
        "patients.break_glass", found[0], by=by, at=at, new={"until": row.until.isoformat()}, reason=reason
    )
    return row


def review_emergency(emergency_id: int, *, at: datetime, by: Actor) -> BreakGlass:
    """Mark an emergency access as reviewed; nobody reviews their own."""
    by.must(Permission.MANAGE_CLINIC)
    row = db.session.get(BreakGlass, emergency_id)
    if row is None:
        raise Missing(f"No emergency access {emergency_id}")
    if row.person_id == by.person_id:
        told = "You opened this record yourself, so another person reviews it."
        raise refuse("emergency.own", "the emergency access", told, "Ask another administrator.")
    if row.reviewed_at is not None:
        raise refuse(
            "emergency.reviewed", "the emergency access", "It was reviewed already.", "Load the page again."
        )
    row.reviewed_at, row.reviewed_by_id = at, by.person_id
    db.session.flush()
    record("patients.review_emergency", row, by=by, at=at)
    return row
