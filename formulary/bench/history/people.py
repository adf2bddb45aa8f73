"""Patients of a history: plainly invented, registered, asked, and patch-tested before their first session."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from heapq import heappop, heappush
from random import Random
from typing import Any

from formulary.bench.history.book import Book, Purpose
from formulary.bench.history.exposing import expose
from formulary.bench.history.ground import Hand
from formulary.bench.history.recipes import TENTH, Recipe
from formulary.bench.history.vials import Vials
from formulary.patch_tests.models import PatchTest, PatchTestItem, PatchTestReading
from formulary.patients.models import AllergyReview, Care, Consent, Patient, PatientMedicine, Weight
from formulary.patients.queries import fold

FIRST = (
    "Aldo", "Belna", "Cirio", "Dafna", "Elmor", "Fenja", "Gavri", "Hulda", "Ivaro", "Jolka", "Kelmo",
    "Lirva", "Miron", "Nelja", "Orvin", "Pelka", "Quiro", "Runja", "Salvo", "Tilda", "Ulmar", "Velna",
)  # fmt: skip
SYLLABLES = ("ba", "de", "fi", "go", "lu", "ma", "ne", "pi", "ro", "tu")
READ_AFTER = (timedelta(hours=48), timedelta(hours=96))
WAITS = timedelta(days=5)
WITHOUT_LOT = 97
"""One test in so many was entered from paper, without the lot."""
KILOGRAM = 10**12


@dataclass(frozen=True, slots=True)
class Person:
    """A patient, since when, and the recipe that they come back for."""

    id: int
    code: str
    since: datetime
    recipe: Recipe


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """A reading that is due: when, of which test, and the grade of each item."""

    at: datetime
    test_id: int
    grades: tuple[tuple[int, str], ...]


@dataclass
class People:
    """Everybody registered so far, and the readings that are still due."""

    book: Book
    vials: Vials
    dice: Random
    recipes: list[Recipe]
    known: list[Person] = field(default_factory=list)
    due: list[Due] = field(default_factory=list)
    tests: int = 0

    def register(self, *, at: datetime, by: Hand) -> Person:
        """A new patient: two identifiers, a weight, allergies asked, consent."""
        code, book, key = self.book.code("P"), self.book, len(self.known)
        born_on = date(1950, 1, 1) + timedelta(days=self.dice.randrange(20_000))
        name = self._name(key)
        patient = book.add(
            Patient,
            code=code,
            name=name,
            folded=fold(name),
            born_on=born_on,
            sex=self.dice.choice(("female", "male")),
            created_at=at,
            created_by_id=by.person_id,
            is_demo=True,
            row_version=1,
        )
        for table, columns in _asked(self.dice, at, by):
            book.add(table, patient_id=patient, **columns)
        book.note("patients.register", Patient, patient, by=by, at=at, new={"code": code})
        person = Person(patient, code, at, self.recipes[key % len(self.recipes)])
        self.known.append(person)
        return person

    def test(self, person: Person, *, at: datetime, by: Hand) -> None:
        """A patch test of everything in the recipe but its diluent; its readings become due."""
        self.tests += 1
        code, noted = self.book.code("T"), self.tests % WITHOUT_LOT != 0
        test = self.book.add(
            PatchTest,
            code=code,
            patient_id=person.id,
            site_id=by.site_id,
            applied_at=at,
            recorded_at=at,
            applied_by_id=by.person_id,
            body_site="left forearm",
            state="applied",
            row_version=1,
        )
        items, moved = [], []
        for number, ware in enumerate(person.recipe.tested, 1):
            columns: dict[str, Any] = {"test_id": test, "number": number, "product_id": ware.id}
            if noted:
                vial = self.vials.with_volume(ware, TENTH, person.id, at=at, by=by)
                purpose = Purpose("in_use", "patch_test", "tested", ("patch_test", test))
                parts = self.vials.take(vial, TENTH, purpose, at=at, by=by)
                columns |= {"lot_id": vial.lot.id, "vial_id": vial.id, "volume": TENTH}
                columns |= {"quantity": parts[0].quantity}
                moved += [part.entry for part in parts]
                if not ware.is_shared:
                    self.vials.waste(vial, "left_over", at=at, by=by)
            items.append(self.book.add(PatchTestItem, **columns))
            document, taken = ("patch_test", test), columns.get("quantity")
            expose(self.book, ware, taken, patient_id=person.id, document=document, at=at)
        new = {"code": code, "patient": person.id, "items": items}
        self.book.note("patch_tests.apply", PatchTest, test, by=by, at=at, new=new, movements=moved)
        for after in READ_AFTER:
            grades = tuple((item, self._grade(after)) for item in items)
            heappush(self.due, Due(at + after, test, grades))

    def read(self, until: datetime, *, by: Hand) -> None:
        """Enter every reading that is due by then, in the order of time."""
        while self.due and self.due[0].at <= until:
            self._read(heappop(self.due), by=by)

    def _read(self, due: Due, *, by: Hand) -> None:
        for item, grade in due.grades:
            self.book.add(
                PatchTestReading,
                item_id=item,
                grade=grade,
                read_at=due.at,
                entered_at=due.at,
                reader_id=by.person_id,
            )
        new = {"grades": [list(pair) for pair in due.grades], "read_at": due.at.isoformat()}
        self.book.note("patch_tests.read", PatchTest, due.test_id, by=by, at=due.at, new=new)

    def _grade(self, after: timedelta) -> str:
        """Nothing to see, but for a doubtful spot now and then that is gone at the second reading."""
        return "?+" if after == READ_AFTER[0] and self.dice.randrange(50) == 0 else "-"

    def _name(self, number: int) -> str:
        digits = [int(digit) for digit in f"{number * 7919 % 1_000_000:06d}"]
        return f"{FIRST[number % len(FIRST)]} Invented-{''.join(SYLLABLES[d] for d in digits[2:]).title()}"


def _asked(dice: Random, at: datetime, by: Hand) -> list[tuple[Any, dict[str, Any]]]:
    """What is asked of a new patient: (table, columns)."""
    weight = dice.randint(48, 95) * KILOGRAM
    return [
        (Care, {"site_id": by.site_id, "why": "registered", "since": at}),
        (Weight, {"mass": weight, "measured_on": at.date(), "by_id": by.person_id, "recorded_at": at}),
        (AllergyReview, {"answer": "none_known", "asked_at": at, "asked_by_id": by.person_id}),
        (PatientMedicine, {"said": "none", "at": at, "by_id": by.person_id}),
        (
            Consent,
            {
                "procedure": "mesotherapy",
                "version": "1",
                "covers_off_label": True,
                "given_at": at,
                "taken_by_id": by.person_id,
            },
        ),
    ]
