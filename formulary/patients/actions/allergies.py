"""Allergies: noted and ended, and the question asked, which is a dated fact of its own."""

from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.db import db, once
from formulary.patients import queries
from formulary.patients.models import Allergy, AllergyReview
from formulary.rules.findings import refuse


@once
def add_allergy(
    patient_id: int,
    *,
    name: str,
    severity: str,
    ingredient_id: int | None = None,
    group_word: str | None = None,
    reaction: str = "",
    list_is_complete: bool = False,
    at: datetime,
    by: Actor,
) -> Allergy:
    """Note an allergy to a substance, a group, or (neither given) in words alone, which no check finds."""
    by.must(Permission.EDIT_PATIENTS)
    patient = queries.patient(patient_id, by=by, at=at)
    _refuse_second(patient.id, ingredient_id, group_word, name)
    what = {"ingredient_id": ingredient_id, "group_word": group_word, "name": name}
    row = Allergy(patient_id=patient.id, **what, severity=severity, reaction=reaction)
    row.noted_at, row.noted_by_id = at, by.person_id
    db.session.add(row)
    if list_is_complete:
        _asked(patient.id, "listed", at=at, by=by)
    db.session.flush()
    record(
        "patients.add_allergy",
        patient,
        by=by,
        at=at,
        new={**what, "severity": severity, "asked": list_is_complete},
    )
    return row


def end_allergy(allergy_id: int, patient_id: int, *, why: str, at: datetime, by: Actor) -> Allergy:
    """End an allergy that was noted wrongly or is disproved; it stays on record with the reason."""
    by.must(Permission.EDIT_PATIENTS)
    patient = queries.patient(patient_id, by=by, at=at)
    row = queries.allergy(allergy_id, patient.id)
    if row.ended_at is not None:
        raise refuse("allergy.ended", row.name, f"{row.name} was ended already.", "Load the page again.")
    row.ended_at, row.ended_why = at, why
    db.session.flush()
    record(
        "patients.end_allergy", patient, by=by, at=at, old={"allergy": row.id, "name": row.name}, reason=why
    )
    return row


@once
def review_allergies(patient_id: int, *, none_known: bool, at: datetime, by: Actor) -> AllergyReview:
    """Record that the patient was asked: none known, or the list as it stands is complete."""
    by.must(Permission.EDIT_PATIENTS)
    patient = queries.patient(patient_id, by=by, at=at)
    standing = [row for row, _ in queries.allergies(patient.id) if row.ended_at is None]
    if none_known and standing:
        told = f"{', '.join(row.name for row in standing)} stand on the list."
        raise refuse("allergy.listed", "allergies", told, "End what is wrong first, or confirm the list.")
    if not none_known and not standing:
        raise refuse(
            "allergy.none_listed", "allergies", "The list is empty.", "Note an allergy, or answer none known."
        )
    answer = "none_known" if none_known else "listed"
    row = _asked(patient.id, answer, at=at, by=by)
    db.session.flush()
    record("patients.review_allergies", patient, by=by, at=at, new={"answer": answer})
    return row


def _asked(patient_id: int, answer: str, *, at: datetime, by: Actor) -> AllergyReview:
    row = AllergyReview(patient_id=patient_id, answer=answer, asked_at=at, asked_by_id=by.person_id)
    db.session.add(row)
    return row


def _refuse_second(patient_id: int, ingredient_id: int | None, group_word: str | None, name: str) -> None:
    wanted = (ingredient_id, group_word, queries.fold(name))
    for row, _ in queries.allergies(patient_id):
        if row.ended_at is None and (row.ingredient_id, row.group_word, queries.fold(row.name)) == wanted:
            told = f"{row.name} is on the list already."
            raise refuse(
                "allergy.on_list",
                row.name,
                told,
                "End it first, to note it with another severity.",
                field="what",
            )
