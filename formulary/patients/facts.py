"""What the rules are told of a patient: allergies, weight, answers, consents; never a name."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from formulary.catalogue import facts as catalogue
from formulary.catalogue.queries import groups_of
from formulary.patients import queries
from formulary.patients.models import Allergy, ConditionKind, Consent, PatientCondition
from formulary.rules import facts

LEVELS = {"block": "BLOCK", "prescriber": "STOP", "inform": "INFO"}
"""What an answer yes to a question of the clinic's own comes to, by its action."""


def patient_facts(patient_id: int, at: datetime) -> facts.Patient:
    """The patient as known at `at`, in six queries at most; patch tests are added by their own room."""
    review = queries.last_review(patient_id, at)
    weighed = next((row for row, _ in queries.weights(patient_id, at, most=1)), None)
    allergies = [row for row, _ in queries.allergies(patient_id) if _stands(row, at)]
    groups = groups_of(row.ingredient_id for row in allergies if row.ingredient_id is not None)
    return facts.Patient(
        id=patient_id,
        allergies=tuple(_allergy(row, groups) for row in allergies),
        allergies_asked_at=review[0].asked_at if review else None,
        weight=weighed.quantity if weighed else None,
        weighed_on=weighed.measured_on if weighed else None,
        consents=tuple(_consent(row, at) for row, _ in queries.consents(patient_id) if row.given_at <= at),
        answers=tuple(_answer(row) for row, _ in queries.answers(patient_id, at).values()),
    )


def precautions() -> facts.Precautions:
    """What a yes to each of the clinic's questions means, and what else speaks against a substance."""
    known, kinds = catalogue.precautions(), {kind.word: kind for kind in queries.condition_kinds()}
    told = [_in_its_words(row, kinds.get(row.word)) for row in known.contraindications]
    said = {row.word for row in told}
    own = [_of_kind(kind) for word, kind in kinds.items() if word not in said]
    return replace(known, contraindications=(*told, *own))


def _in_its_words(row: facts.Contraindication, kind: ConditionKind | None) -> facts.Contraindication:
    """A row of the catalogue under the name of the clinic's question, where it asks that one."""
    return replace(row, name=kind.name) if kind else row


def _of_kind(kind: ConditionKind) -> facts.Contraindication:
    """A question of the clinic's own: its action is about whatever is given."""
    reason = "the clinic asks this of everybody"
    return facts.Contraindication(kind.word, kind.name, "any", LEVELS[kind.action], reason, kind.source)


def _answer(row: PatientCondition) -> facts.ConditionAnswer:
    return facts.ConditionAnswer(row.kind.word, facts.Said(row.answer), row.asked_at, row.detail)


def _stands(row: Allergy, at: datetime) -> bool:
    return row.noted_at <= at and (row.ended_at is None or row.ended_at > at)


def _allergy(row: Allergy, groups: Mapping[int, frozenset[str]]) -> facts.Allergy:
    severity, of = facts.AllergySeverity(row.severity), groups.get(row.ingredient_id or 0, frozenset())
    return facts.Allergy(row.name, severity, row.ingredient_id, row.group_word, of)


def _consent(row: Consent, at: datetime) -> facts.Consent:
    withdrawn = row.withdrawn_at if row.withdrawn_at and row.withdrawn_at <= at else None
    return facts.Consent(row.procedure, row.version, row.given_at, row.covers_off_label, withdrawn)
