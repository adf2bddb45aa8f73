"""What the rules are told of a patient: allergies, weight, answers, consents; never a name."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from itertools import groupby
from typing import Any

from sqlalchemy import Row

from formulary.catalogue import facts as catalogue
from formulary.catalogue.queries import groups_of
from formulary.patients import queries
from formulary.patients.models import Allergy, ConditionKind, Consent, PatientCondition
from formulary.rules import facts
from formulary.rules.units import Quantity, dimension

LEVELS = {"block": "BLOCK", "prescriber": "STOP", "inform": "INFO"}
"""What an answer yes to a question of the clinic's own comes to, by its action."""
ACCOUNT = 400
"""How many rows of a patient's account are read at most; where there are more it is not known to be whole."""
IN_WORDS = {"administration": "session", "patch_test": "patch test", "imported_use": "session"}


def patient_facts(patient_id: int, at: datetime, book: catalogue.Book | None = None) -> facts.Patient:
    """The patient as known at `at`, in seven queries, and two more where a medicine of the catalogue's kinds
    is on record; patch tests are added by their own room. Whoever asked for the catalogue hands `book` on.
    """
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
        **_medicines(patient_id, at, book),
    )


def medicines(patient_id: int, at: datetime) -> tuple[facts.Medicine, ...]:
    """What the patient takes or took, as known at `at`, with what sources say of each."""
    return _medicines(patient_id, at, None)["medicines"]


def _medicines(patient_id: int, at: datetime, book: catalogue.Book | None) -> dict[str, Any]:
    rows = queries.standing_medicines(patient_id, at)
    taken = [row for row in rows if row.said == "takes"]
    asked = next((row.at for row in rows if row.said != "takes"), None)
    return {"medicines": catalogue.medicines_told(taken, book), "medicines_asked_at": asked}


def precautions(book: catalogue.Book | None = None) -> facts.Precautions:
    """What a yes to each of the clinic's questions means, and what else speaks against a substance.

    Whoever has asked for the catalogue as it is now hands its `book` on.
    """
    told = book or catalogue.now()
    return told.table("precautions here", lambda: _with_questions(told.precautions()))


def _with_questions(known: facts.Precautions) -> facts.Precautions:
    """The catalogue's precautions in the words of the clinic's questions, with those of its own."""
    kinds = {kind.word: kind for kind in queries.condition_kinds()}
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


def history(patient_id: int, ingredient_ids: Collection[int], at: datetime) -> facts.History:
    """What the patient got of these ingredients by `at`, in one query."""
    rows = queries.exposures(patient_id, ingredient_ids, at, most=ACCOUNT + 1)
    told = tuple(_exposure(row) for row in rows[:ACCOUNT])
    return facts.History(told, truncated=len(rows) > ACCOUNT)


def _exposure(row: Any) -> facts.Exposure:
    amount = None if row.amount is None else Quantity(row.amount, dimension(row.dimension))
    what = IN_WORDS[row.document_kind]
    told = (row.at, what, row.basis, row.is_top_up, row.document_kind == "imported_use")
    return facts.Exposure(row.ingredient_id, row.product_id, amount, *told)


def usual(ingredient_ids: Collection[int]) -> tuple[facts.Usual, ...]:
    """The median dose of each ingredient in the latest sessions of the clinic, in one query."""
    rows = queries.usual_doses(ingredient_ids)
    return tuple(_usual(*told, list(same)) for told, same in groupby(rows, key=lambda row: row[:-1]))


def _usual(ingredient_id: int, name: str, sessions: int, middle: list[Row[Any]]) -> facts.Usual:
    amounts = [row[-1] for row in middle]
    median = Quantity(Fraction(sum(amounts), len(amounts)), dimension(name))
    return facts.Usual(ingredient_id, median, sessions)
