"""What a file says of a patient: weight, allergies, answers to the questions, medicines, patch tests.

Each counts as of the day that the file says, and where it says none as of the moment of the reading. What is
absent is unknown, and what was given before is never in a file: it is looked up in a record, and here there
is none.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, TypeVar

from rapidfuzz import fuzz, process

from formulary.catalogue import queries
from formulary.catalogue.queries import Names
from formulary.cocktails.files.days import Days
from formulary.cocktails.files.lines import product_named
from formulary.cocktails.files.medicines import read_medicines
from formulary.cocktails.files.places import Lines, Path, told
from formulary.patients.facts import precautions
from formulary.rules import facts
from formulary.rules.findings import joined
from formulary.rules.lot_status import day_of
from formulary.rules.patch_test import with_suppression
from formulary.rules.units import parse, unit

WHEN = MappingProxyType(
    {
        "weighed": "weight",
        "allergies_asked": "allergies",
        "answers_asked": "answers",
        "medicines_asked": "medicines",
        "patch_tests_applied": "patch_tests",
    }
)
"""What says on which day something else was measured, asked or applied."""
OF_PATIENT = tuple(part for pair in WHEN.items() for part in reversed(pair))
T = TypeVar("T")
KG = (unit("kg"),)
PATH: Path = ("patient",)
SAID = tuple(said.value for said in facts.Said)
ALIKE, MOST = 70, 3
APPLIED = timedelta(days=5)
FIRST, SECOND, LATEST = timedelta(hours=48), timedelta(hours=72), timedelta(hours=96)
"""When a test is read after it was applied: the second time between these two."""
GRADES = MappingProxyType({"negative": "-", "doubtful": "?+", "positive": "+"})
"""How a test is read that came to this, at both of the readings that it must have."""


def read_patient(said: Any, names: Names, lines: Lines, *, at: datetime, zone: str) -> facts.Patient:
    """The patient whom a file describes; Unreadable where it says something that nobody reads."""
    if not isinstance(said, dict):
        raise lines.fault(PATH, 'Write it as patient = { weight = "62 kg", allergies = ["sulfite"] }.')
    lines.only(said, OF_PATIENT, PATH)
    _whose_days(said, lines)
    days, weight = Days(lines, at, zone), None
    if "weight" in said:
        parsed = lines.measured(said["weight"], (*PATH, "weight"), lambda text: parse(text, None, units=KG))
        weight = parsed.quantity
    patient = facts.Patient(
        allergies=_allergies(said.get("allergies", []), names, lines),
        allergies_asked_at=_said(days.moment, said, "allergies_asked") if "allergies" in said else None,
        weight=weight,
        weighed_on=None if weight is None else _said(days.day, said, "weighed"),
        tests=_tests(said.get("patch_tests", {}), said.get("patch_tests_applied"), names, days),
        answers=_answers(said.get("answers", {}), said.get("answers_asked"), days),
        medicines=read_medicines(said.get("medicines", {}), days),
        medicines_asked_at=_said(days.moment, said, "medicines_asked") if "medicines" in said else None,
    )
    taken = facts.Taken(patient.medicines, patient.medicines_asked_at)
    return replace(patient, tests=tuple(with_suppression(test, taken, zone) for test in patient.tests))


def _whose_days(said: Mapping[str, Any], lines: Lines) -> None:
    """Refuse a day of nothing: what it is the day of may have been left out by mistake."""
    for when, what in WHEN.items():
        if when in said and what not in said:
            raise lines.fault((*PATH, when), f"{when} is the day of {what}, and there is no {what}.")


def _said(read: Callable[[Any, Path], T], said: Mapping[str, Any], when: str) -> T:
    return read(said.get(when), (*PATH, when))


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


def _answers(said: Any, asked: Any, days: Days) -> tuple[facts.ConditionAnswer, ...]:
    """What was answered, under the words of the questions that are asked here, and on which day."""
    path, lines = (*PATH, "answers"), days.lines
    answers = _table(said, path, 'pregnancy = "no"', lines)
    known = sorted({row.word for row in precautions().contraindications}) if answers else []
    for word, answer in answers.items():
        if word not in known:
            raise lines.fault((*path, word), _no_question(word, known))
        if answer not in SAID:
            words = f"{word} is “{told(answer)}”; write {joined(map(_quoted, SAID), 'or')}."
            raise lines.fault((*path, word), words)
    asked_at = _days_of(asked, "answers_asked", list(answers), days)
    return tuple(
        facts.ConditionAnswer(word, facts.Said(answer), asked_at[word]) for word, answer in answers.items()
    )


def _days_of(said: Any, when: str, names: Sequence[str], days: Days) -> dict[str, datetime]:
    """When each was asked or applied: one day for all, or a table of a day for some of them."""
    path = (*PATH, when)
    if not isinstance(said, dict):
        return dict.fromkeys(names, days.moment(said, path))
    for name in said.keys() - set(names):
        raise days.lines.fault((*path, name), f"{when} names {told(name)}, and {WHEN[when]} does not.")
    return {name: days.moment(said.get(name), (*path, name)) for name in names}


def _no_question(word: str, known: list[str]) -> str:
    """What nobody asks here, and the nearest words of what is asked; all of them where none is near."""
    found = process.extract(word.casefold(), known, scorer=fuzz.ratio, score_cutoff=ALIKE, limit=MOST)
    near = [other for other, _, _ in found]
    what = f"What may be meant: {joined(near, 'or')}" if near else f"The questions are {joined(known)}"
    return f"No question here is called “{told(word)}”. {what}."


def _tests(said: Any, applied: Any, names: Names, days: Days) -> tuple[facts.PatchTest, ...]:
    """A test of each product named, read as it must be for what it came to; applied five days ago where the
    file names no day.
    """
    path, lines = (*PATH, "patch_tests"), days.lines
    rows = _table(said, path, '"tranexamic acid" = "negative"', lines)
    tested = [(product_named(name, (*path, name), names, lines), name) for name in rows]
    on = _days_of(applied, "patch_tests_applied", list(rows), days)
    dated = rows.keys() if applied is not None and not isinstance(applied, dict) else (applied or {}).keys()
    since = {name: on[name] if name in dated else days.at - APPLIED for name in rows}
    return tuple(
        _test(product, _grade(rows[name], (*path, name), lines), _came(since[name], days))
        for product, name in tested
    )


def _came(applied: datetime, days: Days) -> tuple[datetime, datetime, datetime]:
    """When it was applied and read; Unreadable where nobody can know yet what it came to."""
    longest = days.at - applied
    if longest < SECOND:
        day = day_of(applied, days.zone).isoformat()
        words = f"What was applied on {day} is read 72 h later: it came to nothing yet."
        raise days.lines.fault((*PATH, "patch_tests_applied"), words)
    return applied, applied + FIRST, applied + min(longest, LATEST)


def _grade(came_to: Any, path: Path, lines: Lines) -> str:
    grade = GRADES.get(came_to) if isinstance(came_to, str) else None
    if grade is None:
        words = f"{path[-1]} is “{told(came_to)}”; write {joined(map(_quoted, GRADES), 'or')}."
        raise lines.fault(path, words)
    return grade


def _test(
    product: facts.Product, grade: str, moments: tuple[datetime, datetime, datetime]
) -> facts.PatchTest:
    applied, *read = moments
    readings = tuple(facts.Reading(grade, at) for at in read)
    return facts.PatchTest(product.ingredient.id, product.id, None, applied, readings)


def _table(said: Any, path: Path, example: str, lines: Lines) -> Mapping[str, Any]:
    if not isinstance(said, dict):
        raise lines.fault(path, f"Write it as {path[-1]} = {{ {example} }}.")
    return said


def _quoted(word: str) -> str:
    return f'"{word}"'
