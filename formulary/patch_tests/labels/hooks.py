"""What this room tells the rooms around it: who is barred from what, and how the ledger calls a test."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from formulary.catalogue import queries as catalogue
from formulary.patch_tests import queries
from formulary.patients.labels import Alert, tells_of_patients
from formulary.rules import facts
from formulary.rules.patch_test import outcome, standing_positive
from formulary.stock.labels import Named, names_documents
from formulary.web import words

ANY = facts.PatchTestPolicy()


@dataclass(frozen=True)
class Barred:
    """An ingredient whose patch test is positive: no cocktail that holds it may be given."""

    ingredient_id: int
    name: str
    on: datetime | None


def barred(patient_id: int, at: datetime) -> list[Barred]:
    """Every ingredient that a positive test bars for the patient, by name."""
    tests = [item.fact for item in queries.items_of(patient_id)]
    ids = {test.ingredient_id for test in tests}
    found = {i: standing_positive(tests, i, at=at, policy=ANY) for i in ids}
    positive = {i: test for i, test in found.items() if test is not None}
    names = catalogue.ingredient_names() if positive else {}
    told = [Barred(i, names[i], outcome(test, at=at, policy=ANY).on) for i, test in positive.items()]
    return sorted(told, key=lambda one: one.name)


@tells_of_patients
def _tell(patient_id: int, at: datetime, zone: ZoneInfo) -> list[Alert]:
    return [
        Alert("block", f"{one.name}: barred, positive {words.day(one.on or at, zone)}")
        for one in barred(patient_id, at)
    ]


@names_documents("patch_test")
def _name(test_ids: Collection[int]) -> dict[int, Named]:
    return {
        test_id: Named(f"patch test {code}", "patch_tests.test", (("test_id", test_id),))
        for test_id, code in queries.codes(test_ids).items()
    }
