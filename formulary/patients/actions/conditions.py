"""Contraindications: what is asked of every patient, and the dated answers."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from formulary.accounts import Actor, Operator, Permission
from formulary.audit import record
from formulary.db import Missing, db, once
from formulary.patients import queries
from formulary.patients.models import ConditionKind, Patient, PatientCondition
from formulary.rules.findings import refuse

Answer = tuple[str, str]


@once
def answer_conditions(patient_id: int, *, answers: Mapping[int, Answer], at: datetime, by: Actor) -> Patient:
    """Record answers (yes, no, unknown) with their details, by kind; what is left out stays as it was."""
    by.must(Permission.EDIT_PATIENTS)
    patient = queries.patient(patient_id, by=by, at=at)
    kinds = {kind.id: kind for kind in queries.condition_kinds()}
    if not answers:
        raise refuse(
            "condition.none_answered", "the questions", "No question was answered.", "Answer one, or leave."
        )
    if strange := answers.keys() - kinds.keys():
        raise Missing(f"No question {sorted(strange)}")
    for kind_id, (answer, detail) in answers.items():
        db.session.add(_answered(patient, kind_id, answer, detail, at=at, by=by))
    db.session.flush()
    told = {kinds[kind_id].word: answer for kind_id, (answer, _) in answers.items()}
    record("patients.answer_conditions", patient, by=by, at=at, new=told)
    return patient


@once
def confirm_conditions(patient_id: int, *, at: datetime, by: Actor) -> Patient:
    """Record that the patient was asked again and nothing has changed: each answer once more, dated now."""
    by.must(Permission.EDIT_PATIENTS)
    patient = queries.patient(patient_id, by=by, at=at)
    on_record = {kind: (row.answer, row.detail) for kind, (row, _) in queries.answers(patient.id, at).items()}
    if any(kind.id not in on_record for kind in queries.condition_kinds()):
        told = "Some questions were never asked, so there is nothing to confirm for them."
        raise refuse("condition.not_asked", "the questions", told, "Ask those first.")
    return answer_conditions(patient_id, answers=on_record, at=at, by=by)


def set_condition_kinds(
    kinds: Iterable[Mapping[str, Any]], *, at: datetime, by: Actor | Operator
) -> list[ConditionKind]:
    """Add or amend the questions in their order: word, name, action (block, prescriber, inform), source."""
    if isinstance(by, Actor):
        by.must(Permission.MANAGE_CLINIC)
    known = {kind.word: kind for kind in queries.condition_kinds()}
    rows = [_set(known.get(kind["word"]), kind, number) for number, kind in enumerate(kinds, 1)]
    db.session.add_all(rows)
    db.session.flush()
    record("patients.set_condition_kinds", None, by=by, at=at, new={"words": [row.word for row in rows]})
    return rows


def _set(row: ConditionKind | None, kind: Mapping[str, Any], position: int) -> ConditionKind:
    row = row or ConditionKind(word=kind["word"])
    row.name, row.action, row.source = kind["name"], kind["action"], kind["source"]
    row.position = position
    return row


def _answered(
    patient: Patient, kind_id: int, answer: str, detail: str, *, at: datetime, by: Actor
) -> PatientCondition:
    asked = {"asked_at": at, "asked_by_id": by.person_id}
    return PatientCondition(patient_id=patient.id, kind_id=kind_id, answer=answer, detail=detail, **asked)
