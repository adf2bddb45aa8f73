"""The lines of a patient's page: each question with its answer, each consent with what it is worth."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formulary.patients import queries
from formulary.patients.models import Allergy, ConditionKind, Consent, PatientCondition

GRAVE = {"severe", "anaphylaxis"}
ACTIONS = {
    "block": "must not be treated",
    "prescriber": "the prescriber decides",
    "inform": "to be known",
}
ANSWERS = {"yes": ("warn", "yes"), "no": ("valid", "no"), "unknown": ("unknown", "not known")}


@dataclass(frozen=True)
class ConditionLine:
    """One question: what was answered, when and to whom; `state` is `not_asked` where nobody asked."""

    kind: ConditionKind
    state: str
    words: str
    action: str
    answer: PatientCondition | None = None
    who: str = ""


@dataclass(frozen=True)
class AllergyLine:
    """One allergy, and how bad it was in words."""

    allergy: Allergy
    who: str
    state: str
    words: str


@dataclass(frozen=True)
class ConsentLine:
    """One consent and what it is worth today."""

    consent: Consent
    who: str
    state: str
    words: str


def allergy_state(severity: str) -> str:
    """How an allergy is drawn: a grave one as STOP, one whose severity is not known as unknown."""
    return "stop" if severity in GRAVE else "unknown" if severity == "unknown" else "allergy"


def severity_words(severity: str) -> str:
    """How bad an allergy was, in words."""
    return "severity not known" if severity == "unknown" else severity


def allergy_lines(patient_id: int) -> list[AllergyLine]:
    """Every allergy ever noted: those that stand first, then the ended ones."""
    rows = queries.allergies(patient_id)
    return [AllergyLine(a, who, allergy_state(a.severity), severity_words(a.severity)) for a, who in rows]


def condition_lines(patient_id: int, at: datetime) -> list[ConditionLine]:
    """Every question with the newest answer by `at`."""
    answers = queries.answers(patient_id, at)
    return [_line(kind, *answers.get(kind.id, (None, ""))) for kind in queries.condition_kinds()]


def consent_lines(patient_id: int, policy: Mapping[str, Any] | None) -> list[ConsentLine]:
    """Every consent, newest first, against the version that the site's policy names."""
    return [ConsentLine(row, who, *_worth(row, policy)) for row, who in queries.consents(patient_id)]


def consent_state(patient_id: int, policy: Mapping[str, Any] | None, at: datetime) -> tuple[str, str]:
    """What stands of consent at `at`: the state and its words."""
    given = [row for row, _ in queries.consents(patient_id) if row.given_at <= at]
    found = [_worth(row, policy) for row in given]
    if good := next((one for one in found if one[0] == "valid"), None):
        return good
    return found[0] if found else ("missing", "none on record")


def _line(kind: ConditionKind, answer: PatientCondition | None, who: str) -> ConditionLine:
    state, words = ANSWERS[answer.answer] if answer else ("not_asked", "not asked")
    return ConditionLine(kind, state, words, ACTIONS[kind.action], answer, who)


def _worth(row: Consent, policy: Mapping[str, Any] | None) -> tuple[str, str]:
    if row.withdrawn_at is not None:
        return "withdrawn", f"version {row.version}, withdrawn"
    if policy is None:
        return "unknown", f"version {row.version}; this site has not said which is current"
    if (row.procedure, row.version) != (policy.get("procedure", row.procedure), policy.get("version")):
        return "superseded", f"version {row.version}; current is {policy.get('version')}"
    covers = "covers off-label use" if row.covers_off_label else "does not cover off-label use"
    return "valid", f"version {row.version}, current, {covers}"
