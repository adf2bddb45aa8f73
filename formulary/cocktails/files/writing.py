"""A cocktail written as the file that `formulary check` reads: names of the catalogue, a decimal point."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from formulary.cocktails.facts import Content, TypedLine
from formulary.cocktails.files.medicines import taken_words
from formulary.cocktails.files.patient import GRADES
from formulary.cocktails.labels import entry
from formulary.cocktails.labels.bounds import ROUTES
from formulary.rules import facts
from formulary.rules.findings import Finding, Level, Refused, joined
from formulary.rules.lot_status import day_of
from formulary.rules.patch_test import clears
from formulary.rules.units import VOLUME, Quantity, Unit, plain, unit

POINT = "."
KG = unit("kg")
BARE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class CameTo:
    """What a patch test came to, and when it was applied."""

    state: str
    applied_at: datetime


def text_of(
    content: Content,
    products: Mapping[int, facts.Product],
    *,
    formula: str = "",
    patient: facts.Patient | None = None,
    tests: Mapping[str, CameTo] = MappingProxyType({}),
    zone: str = "UTC",
) -> str:
    """The file of this content; Refused with the lines that have no figure, which no file can hold.

    A patient is weight, allergies, answers, medicines and `tests` alone, with the days in `zone` on which
    it was weighed, asked and tested, and is left out unless given: a file never holds a name.
    """
    _must_be_whole(content, products)
    head = [f"route = {_quoted(_route(content.route))}"]
    if content.target is not None:
        head.append(f"target = {_amount(Quantity(content.target, VOLUME), entry.ML)}")
    if content.overfill:
        head.append(f"overfill = {_amount(Quantity(content.overfill, VOLUME), entry.ML)}")
    if formula:
        head.append(f"formula = {_quoted(formula)}")
    if patient is not None:
        head.append(f"patient = {_patient(patient, tests, zone)}")
    lines = (row for line in content.lines for row in _line(line, products[line.product_id]))
    return "\n".join([*head, *lines, ""])


def concluded(cocktail: facts.Cocktail) -> dict[str, CameTo]:
    """What the patch tests of its products came to, by their names, as far as they are read and count."""
    tests, policy = cocktail.patient.tests if cocktail.patient else (), cocktail.policies.patch_test
    products = {line.product.name: line.product for line in cocktail.lines}
    found = {
        name: clears(tests, product.ingredient.id, product.id, None, at=cocktail.at, policy=policy)
        for name, product in products.items()
        if product.ingredient.patch_test_required
    }
    return {
        name: CameTo(answer.state, answer.test.applied_at)
        for name, answer in found.items()
        if answer.state in GRADES and answer.test is not None
    }


def _must_be_whole(content: Content, products: Mapping[int, facts.Product]) -> None:
    if not content.lines:
        raise Refused(_no_file("There is no line yet, and a file has at least one.", "Add a line first."))
    bare = [line for line in content.lines if line.pin != facts.Pin.QS and _steps(line) is None]
    if bare:
        names = joined(f"line {x.number}, {products[x.product_id].ingredient.name}" for x in bare)
        reason = f"A file says one figure for each line, and there is none for {names}."
        raise Refused(_no_file(reason, "Type it, or leave the line out."))


def _no_file(reason: str, remedy: str) -> Finding:
    return Finding("file.incomplete", "file", reason, remedy, level=Level.BLOCK)


def _steps(line: TypedLine) -> int | None:
    return line.volume if line.pin == facts.Pin.VOLUME else line.amount


def _route(code: str) -> str:
    return next((words for own, words in ROUTES if own == code), code)


def _line(line: TypedLine, product: facts.Product) -> Iterator[str]:
    yield from ("", "[[line]]", f"product = {_quoted(product.name)}")
    if line.pin == facts.Pin.QS:
        yield "qs = true"
    else:
        figure = f"{entry.written(line, product, POINT)} {line.unit or entry.ML.code}"
        yield f"{line.pin} = {_quoted(figure)}"


def _patient(patient: facts.Patient, tests: Mapping[str, CameTo], zone: str) -> str:
    parts = []
    if patient.weight is not None and patient.weighed_on is not None:
        parts += [f"weight = {_amount(patient.weight, KG)}", f"weighed = {patient.weighed_on.isoformat()}"]
    if patient.allergies_asked_at is not None:
        parts.append(f"allergies = [{', '.join(_quoted(a.name) for a in patient.allergies)}]")
        parts.append(f"allergies_asked = {day_of(patient.allergies_asked_at, zone).isoformat()}")
    if patient.answers:
        parts.append(f"answers = {_table({answer.word: answer.said for answer in patient.answers})}")
        asked = {answer.word: answer.asked_at for answer in patient.answers}
        parts.append(f"answers_asked = {_days(asked, zone)}")
    if patient.medicines_asked_at is not None:
        taken = (f"{_key(name)} = {said}" for name, said in taken_words(patient.medicines).items())
        parts.append(f"medicines = {{{', '.join(taken)}}}")
        parts.append(f"medicines_asked = {day_of(patient.medicines_asked_at, zone).isoformat()}")
    if tests:
        parts.append(f"patch_tests = {_table({name: test.state for name, test in tests.items()})}")
        applied = {name: test.applied_at for name, test in tests.items()}
        parts.append(f"patch_tests_applied = {_days(applied, zone)}")
    return f"{{ {', '.join(parts)} }}" if parts else "{}"


def _days(moments: Mapping[str, datetime], zone: str) -> str:
    """The day of all of them, or of each its own."""
    days = {name: day_of(at, zone).isoformat() for name, at in moments.items()}
    if len(set(days.values())) == 1:
        return next(iter(days.values()))
    return f"{{ {', '.join(f'{_key(name)} = {day}' for name, day in days.items())} }}"


def _table(rows: Mapping[str, str]) -> str:
    return f"{{ {', '.join(f'{_key(name)} = {_quoted(said)}' for name, said in rows.items())} }}"


def _key(name: str) -> str:
    return name if BARE.fullmatch(name) else _quoted(name)


def _amount(quantity: Quantity, shown_in: Unit) -> str:
    return _quoted(f"{plain(quantity, shown_in, POINT)} {shown_in.code}")


def _quoted(text: str) -> str:
    """A basic string of TOML; its escapes are those of JSON."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
