"""The lines of a patient's page: each question with its answer, each consent with what it is worth."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from formulary.catalogue import facts as catalogue
from formulary.catalogue.queries import ingredient_names
from formulary.patients import queries
from formulary.patients.models import Allergy, ConditionKind, Consent, PatientCondition
from formulary.rules.findings import Level, joined

GRAVE = {"severe", "anaphylaxis"}
ACTIONS = {
    "block": "the patient is not treated",
    "prescriber": "the prescriber decides",
    "inform": "everybody must know",
}
FOLLOWS = {"BLOCK": "blocks", "STOP": "stops", "WARN": "warns before", "INFO": "is told with"}
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
class Worth:
    """What a consent is worth today, in few words and in more."""

    state: str
    words: str
    detail: str = ""


@dataclass(frozen=True)
class ConsentLine:
    """One consent and what it is worth today."""

    consent: Consent
    who: str
    worth: Worth


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


def by_answer(lines: Iterable[ConditionLine]) -> tuple[list[ConditionLine], list[ConditionLine]]:
    """The questions that need a look (yes, not known, not asked), and those answered no."""
    lines = list(lines)
    return [line for line in lines if line.words != "no"], [line for line in lines if line.words == "no"]


def condition_lines(patient_id: int, at: datetime) -> list[ConditionLine]:
    """Every question with the newest answer by `at`."""
    answers, follows = queries.answers(patient_id, at), _what_follows()
    kinds = queries.condition_kinds()
    return [_line(kind, answers.get(kind.id), follows.get(kind.word, "")) for kind in kinds]


def _what_follows() -> dict[str, str]:
    """What an answer yes does, by the word of its question: "it blocks tranexamic acid"."""
    names, rows = ingredient_names(), catalogue.precautions().contraindications
    found: dict[str, dict[str, list[str]]] = {}
    for row in sorted(rows, key=lambda row: -Level[row.level]):
        found.setdefault(row.word, {}).setdefault(FOLLOWS[row.level], []).append(_whom(row.selector, names))
    return {word: f"it {'; '.join(_acts(acts))}" for word, acts in found.items()}


def _acts(acts: Mapping[str, Sequence[str]]) -> Iterator[str]:
    yield from (f"{act} {joined(whom)}" for act, whom in acts.items())


def _whom(selector: str, names: Mapping[int, str]) -> str:
    kind, _, name = selector.partition(":")
    return names[int(name)] if kind == "ingredient" else name.replace("_", " ") or "whatever is given"


def consent_lines(patient_id: int, policy: Mapping[str, Any] | None) -> list[ConsentLine]:
    """Every consent, newest first, against the version that the site's policy names."""
    return [ConsentLine(row, who, _worth(row, policy)) for row, who in queries.consents(patient_id)]


def consent_state(patient_id: int, policy: Mapping[str, Any] | None, at: datetime) -> Worth:
    """What stands of consent at `at`: the best of what was given, else the newest."""
    found = [_worth(row, policy) for row, _ in queries.consents(patient_id) if row.given_at <= at]
    valid = next((worth for worth in found if worth.state == "valid"), None)
    return valid or next(iter(found), Worth("missing", "none on record"))


def _line(kind: ConditionKind, said: tuple[PatientCondition, str] | None, follows: str) -> ConditionLine:
    answer, who = said or (None, "")
    state, words = ANSWERS[answer.answer] if answer else ("not_asked", "not asked")
    return ConditionLine(kind, state, words, follows or ACTIONS[kind.action], answer, who)


def _worth(row: Consent, policy: Mapping[str, Any] | None) -> Worth:
    version = f"version {row.version}"
    if row.withdrawn_at is not None:
        return Worth("withdrawn", f"{version}, withdrawn")
    if policy is None:
        return Worth("unknown", version, "this site has not said which is current")
    if (row.procedure, row.version) != (policy.get("procedure", row.procedure), policy.get("version")):
        return Worth("superseded", version, f"current is {policy.get('version')}")
    covers = "covers off-label use" if row.covers_off_label else "does not cover off-label use"
    return Worth("valid", version, f"current, {covers}")
