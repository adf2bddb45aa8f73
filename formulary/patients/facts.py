"""What the rules are told of a patient: allergies, weight, answers, consents; never a name."""

from collections.abc import Iterator
from datetime import datetime

from formulary.catalogue import queries as catalogue
from formulary.catalogue.models import Contraindication
from formulary.patients import queries
from formulary.patients.models import Allergy, ConditionKind, Consent, PatientCondition
from formulary.rules import facts


def patient_facts(patient_id: int, at: datetime) -> facts.Patient:
    """The patient as known at `at`, in six queries; patch tests are added by their own room."""
    review = queries.last_review(patient_id, at)
    weighed = next((row for row, _ in queries.weights(patient_id, at, most=1)), None)
    return facts.Patient(
        id=patient_id,
        allergies=tuple(_allergy(row) for row, _ in queries.allergies(patient_id) if _stands(row, at)),
        allergies_asked_at=review[0].asked_at if review else None,
        weight=weighed.quantity if weighed else None,
        weighed_on=weighed.measured_on if weighed else None,
        consents=tuple(_consent(row, at) for row, _ in queries.consents(patient_id) if row.given_at <= at),
        answers=tuple(_answer(row) for row, _ in queries.answers(patient_id, at).values()),
    )


def precautions() -> facts.Precautions:
    """What a yes to each of the clinic's questions means, and what else speaks against a substance."""
    kinds = {kind.word: kind for kind in queries.condition_kinds()}
    rows = catalogue.contraindications()
    told = [_contraindication(row, kinds.get(row.word)) for row in rows]
    said = {row.word for row in rows}
    own = [_of_kind(kind) for word, kind in kinds.items() if word not in said]
    return facts.Precautions((*told, *own), *_others())


LEVELS = {"block": "BLOCK", "prescriber": "STOP", "inform": "INFO"}


def _contraindication(row: Contraindication, kind: ConditionKind | None) -> facts.Contraindication:
    """A row of the catalogue, in the words of the clinic's question where it has one."""
    name = kind.name if kind else row.word.replace("_", " ")
    told = (row.selector, row.level.upper(), row.reason, row.source, row.version)
    return facts.Contraindication(row.word, name, *told)


def _of_kind(kind: ConditionKind) -> facts.Contraindication:
    """A question of the clinic's own: its action is about whatever is given."""
    reason = "the clinic asks this of everybody"
    return facts.Contraindication(kind.word, kind.name, "any", LEVELS[kind.action], reason, kind.source)


def _others() -> Iterator[tuple[object, ...]]:
    yield tuple(
        facts.CrossReactivity(row.word, row.level.upper(), row.evidence, row.source, row.version)
        for row in catalogue.cross_reactivities()
    )
    yield tuple(
        facts.Schedule(
            row.ingredient_id,
            days=row.interval if row.unit == "days" else None,
            months=row.interval if row.unit == "months" else None,
            most_sessions=row.most_sessions,
            source=row.source,
            version=row.version,
        )
        for row in catalogue.schedules()
    )


def _answer(row: PatientCondition) -> facts.ConditionAnswer:
    return facts.ConditionAnswer(row.kind.word, facts.Said(row.answer), row.asked_at, row.detail)


def _stands(row: Allergy, at: datetime) -> bool:
    return row.noted_at <= at and (row.ended_at is None or row.ended_at > at)


def _allergy(row: Allergy) -> facts.Allergy:
    severity = facts.AllergySeverity(row.severity)
    return facts.Allergy(row.name, severity, ingredient_id=row.ingredient_id, group=row.group_word)


def _consent(row: Consent, at: datetime) -> facts.Consent:
    withdrawn = row.withdrawn_at if row.withdrawn_at and row.withdrawn_at <= at else None
    return facts.Consent(row.procedure, row.version, row.given_at, row.covers_off_label, withdrawn)
