"""What a file says of a patient: weight, allergies, what was answered to the questions, patch tests.

Each counts as of the moment of the reading. What is absent is unknown, and what was given before is never in
a file: it is looked up in a record, and here there is none.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from rapidfuzz import fuzz, process

from formulary.catalogue import queries
from formulary.catalogue.queries import Names
from formulary.cocktails.files.lines import product_named
from formulary.cocktails.files.places import Lines, Path, told
from formulary.patients.facts import precautions
from formulary.rules import facts
from formulary.rules.findings import joined
from formulary.rules.lot_status import day_of
from formulary.rules.units import parse, unit

OF_PATIENT = ("weight", "allergies", "answers", "patch_tests")
KG = (unit("kg"),)
PATH: Path = ("patient",)
SAID = tuple(said.value for said in facts.Said)
ALIKE, MOST = 70, 3
APPLIED = timedelta(days=5)
READ = (timedelta(hours=48), timedelta(hours=96))
GRADES = MappingProxyType({"negative": "-", "doubtful": "?+", "positive": "+"})
"""How a test is read that came to this, at both of the readings that it must have."""


def read_patient(said: Any, names: Names, lines: Lines, *, at: datetime, zone: str) -> facts.Patient:
    """The patient whom a file describes; Unreadable where it says something that nobody reads."""
    if not isinstance(said, dict):
        raise lines.fault(PATH, 'Write it as patient = { weight = "62 kg", allergies = ["sulfite"] }.')
    lines.only(said, OF_PATIENT, PATH)
    weight = None
    if "weight" in said:
        parsed = lines.measured(said["weight"], (*PATH, "weight"), lambda text: parse(text, None, units=KG))
        weight = parsed.quantity
    return facts.Patient(
        allergies=_allergies(said.get("allergies", []), names, lines),
        allergies_asked_at=at if "allergies" in said else None,
        weight=weight,
        weighed_on=None if weight is None else day_of(at, zone),
        tests=_tests(said.get("patch_tests", {}), names, lines, at),
        answers=_answers(said.get("answers", {}), lines, at),
    )


def _allergies(said: Any, names: Names, lines: Lines) -> tuple[facts.Allergy, ...]:
    if not isinstance(said, list) or not all(isinstance(name, str) and name.strip() for name in said):
        words = 'Allergies are a list of names in quotes: ["sulfite"], or [] where none are known.'
        raise lines.fault((*PATH, "allergies"), words)
    unknown = facts.AllergySeverity.UNKNOWN
    coded = [(name, *names.substance(name)) for name in said]
    groups = queries.groups_of(key for _, key, _ in coded if key is not None)
    return tuple(
        facts.Allergy(name, unknown, key, group, groups.get(key or 0, frozenset()))
        for name, key, group in coded
    )


def _answers(said: Any, lines: Lines, at: datetime) -> tuple[facts.ConditionAnswer, ...]:
    """What was answered, under the words of the questions that are asked here."""
    path = (*PATH, "answers")
    answers = _table(said, path, 'pregnancy = "no"', lines)
    known = sorted({row.word for row in precautions().contraindications}) if answers else []
    for word, answer in answers.items():
        if word not in known:
            raise lines.fault((*path, word), _no_question(word, known))
        if answer not in SAID:
            words = f"{word} is “{told(answer)}”; write {joined(map(_quoted, SAID), 'or')}."
            raise lines.fault((*path, word), words)
    return tuple(facts.ConditionAnswer(word, facts.Said(answer), at) for word, answer in answers.items())


def _no_question(word: str, known: list[str]) -> str:
    """What nobody asks here, and the nearest words of what is asked; all of them where none is near."""
    found = process.extract(word.casefold(), known, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=MOST)
    near = [other for other, _, _ in found]
    what = f"What may be meant: {joined(near, 'or')}" if near else f"The questions are {joined(known)}"
    return f"No question here is called “{told(word)}”. {what}."


def _tests(said: Any, names: Names, lines: Lines, at: datetime) -> tuple[facts.PatchTest, ...]:
    """A test of each product named, read as it must be for what it came to."""
    path = (*PATH, "patch_tests")
    rows = _table(said, path, '"tranexamic acid" = "negative"', lines)
    tested = [(product_named(name, (*path, name), names, lines), name) for name in rows]
    return tuple(_test(product, _grade(rows[name], (*path, name), lines), at) for product, name in tested)


def _grade(came_to: Any, path: Path, lines: Lines) -> str:
    grade = GRADES.get(came_to) if isinstance(came_to, str) else None
    if grade is None:
        words = f"{path[-1]} is “{told(came_to)}”; write {joined(map(_quoted, GRADES), 'or')}."
        raise lines.fault(path, words)
    return grade


def _test(product: facts.Product, grade: str, at: datetime) -> facts.PatchTest:
    applied = at - APPLIED
    readings = tuple(facts.Reading(grade, applied + after) for after in READ)
    return facts.PatchTest(product.ingredient.id, product.id, None, applied, readings)


def _table(said: Any, path: Path, example: str, lines: Lines) -> Mapping[str, Any]:
    if not isinstance(said, dict):
        raise lines.fault(path, f"Write it as {path[-1]} = {{ {example} }}.")
    return said


def _quoted(word: str) -> str:
    return f'"{word}"'
