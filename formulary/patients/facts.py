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
from formulary.patients.models import ConditionKind
from formulary.patients.queries import told
from formulary.rules import facts
from formulary.rules.units import MASS, Quantity, dimension

LEVELS = {"block": "BLOCK", "prescriber": "STOP", "inform": "INFO"}
"""What an answer yes to a question of the clinic's own comes to, by its action."""
ACCOUNT = 400
"""How many rows of a patient's account are read at most; where there are more it is not known to be whole."""
IN_WORDS = {"administration": "session", "patch_test": "patch test", "imported_use": "session"}


def patient_facts(patient_id: int, at: datetime, book: catalogue.Book | None = None) -> facts.Patient:
    """The patient as known at `at`, in six queries, and two more where a medicine of the catalogue's kinds
    is on record; patch tests are added by their own room. Whoever asked for the catalogue hands `book` on.
    """
    return replace(
        bench_facts(patient_id, at),
        consents=tuple(_consent(row, at) for row in told.consents_by(patient_id, at)),
        answers=tuple(_answer(row) for row in told.newest_answers(patient_id, at)),
        **_medicines(patient_id, at, book),
    )


def bench_facts(patient_id: int, at: datetime) -> facts.Patient:
    """What the rules of a draw look at: allergies and weight as known at `at`, in three queries at most."""
    newest, allergies = told.newest(patient_id, at), told.standing_allergies(patient_id, at)
    groups = groups_of(row.ingredient_id for row in allergies if row.ingredient_id is not None)
    return facts.Patient(
        id=patient_id,
        allergies=tuple(_allergy(row, groups) for row in allergies),
        allergies_asked_at=newest.asked_at if newest else None,
        weight=Quantity(newest.mass, MASS) if newest and newest.mass is not None else None,
        weighed_on=newest.measured_on if newest else None,
    )


def taken_by(patient_id: int, at: datetime) -> facts.Taken:
    """What the patient takes or took, as known at `at`, with what sources say of each, and when they were
    asked.
    """
    told = _medicines(patient_id, at, None)
    return facts.Taken(told["medicines"], told["medicines_asked_at"])


def _medicines(patient_id: int, at: datetime, book: catalogue.Book | None) -> dict[str, Any]:
    rows = queries.standing_medicines(patient_id, at)
    taken = [row for row in rows if row.said == "takes"]
    asked = next((row.at for row in rows if row.said != "takes"), None)
    return {"medicines": catalogue.medicines_told(taken, book), "medicines_asked_at": asked}


def precautions(book: catalogue.Book | None = None) -> facts.Precautions:
    """What a yes to each of the clinic's questions means, and what else speaks against a substance.

    Whoever has asked for the catalogue as it is now hands its `book` on.
    """
    edition = book or catalogue.now()
    return edition.table("precautions here", lambda: _with_questions(edition.precautions()))


def _with_questions(known: facts.Precautions) -> facts.Precautions:
    """The catalogue's precautions in the words of the clinic's questions, with those of its own."""
    kinds = {kind.word: kind for kind in queries.condition_kinds()}
    worded = [_in_its_words(row, kinds.get(row.word)) for row in known.contraindications]
    said = {row.word for row in worded}
    own = [_of_kind(kind) for word, kind in kinds.items() if word not in said]
    return replace(known, contraindications=(*worded, *own))


def _in_its_words(row: facts.Contraindication, kind: ConditionKind | None) -> facts.Contraindication:
    """A row of the catalogue under the name of the clinic's question, where it asks that one."""
    return replace(row, name=kind.name) if kind else row


def _of_kind(kind: ConditionKind) -> facts.Contraindication:
    """A question of the clinic's own: its action is about whatever is given."""
    reason = "the clinic asks this of everybody"
    return facts.Contraindication(kind.word, kind.name, "any", LEVELS[kind.action], reason, kind.source)


def _answer(row: Row[Any]) -> facts.ConditionAnswer:
    return facts.ConditionAnswer(row.word, facts.Said(row.answer), row.asked_at, row.detail)


def _allergy(row: Row[Any], groups: Mapping[int, frozenset[str]]) -> facts.Allergy:
    severity, of = facts.AllergySeverity(row.severity), groups.get(row.ingredient_id or 0, frozenset())
    return facts.Allergy(row.name, severity, row.ingredient_id, row.group_word, of)


def _consent(row: Row[Any], at: datetime) -> facts.Consent:
    withdrawn = row.withdrawn_at if row.withdrawn_at and row.withdrawn_at <= at else None
    return facts.Consent(row.procedure, row.version, row.given_at, row.covers_off_label, withdrawn)


def history(patient_id: int, ingredient_ids: Collection[int], at: datetime) -> facts.History:
    """What the patient got of these ingredients by `at`, in one query."""
    rows = queries.exposures(patient_id, ingredient_ids, at, most=ACCOUNT + 1)
    given = tuple(_exposure(row) for row in rows[:ACCOUNT])
    return facts.History(given, truncated=len(rows) > ACCOUNT)


def _exposure(row: Any) -> facts.Exposure:
    amount = None if row.amount is None else Quantity(row.amount, dimension(row.dimension))
    what = IN_WORDS[row.document_kind]
    about = (row.at, what, row.basis, row.is_top_up, row.document_kind == "imported_use")
    return facts.Exposure(row.ingredient_id, row.product_id, amount, *about)


def usual(ingredient_ids: Collection[int]) -> tuple[facts.Usual, ...]:
    """The median dose of each ingredient in the latest sessions of the clinic, in one query."""
    groups = groupby(queries.usual_doses(ingredient_ids), key=_whose)
    return tuple(_usual(*whose, list(same)) for whose, same in groups)


def _whose(row: Any) -> tuple[int, str, int]:
    return row[0], row[1], row[2]


def _usual(ingredient_id: int, name: str, sessions: int, middle: list[Row[Any]]) -> facts.Usual:
    amounts = [row[-1] for row in middle]
    median = Quantity(Fraction(sum(amounts), len(amounts)), dimension(name))
    return facts.Usual(ingredient_id, median, sessions)
