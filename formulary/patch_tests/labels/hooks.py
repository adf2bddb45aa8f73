"""What this room tells the rooms around it: who is barred from what, and how the ledger calls a test."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from formulary.accounts import queries as accounts
from formulary.accounts.facts import patch_test_policy
from formulary.accounts.models import Site
from formulary.catalogue import queries as catalogue
from formulary.patch_tests import queries
from formulary.patch_tests.models import PatchTest, PatchTestItem
from formulary.patients.facts import taken_by
from formulary.patients.labels import Alert, tells_of_patients
from formulary.rules import facts
from formulary.rules.facts import PatchTestPolicy, TestOutcome
from formulary.rules.patch_test import outcome, standing_positive, with_suppression
from formulary.stock.labels import Named, names_documents
from formulary.web import words

Told = tuple[PatchTestItem, facts.PatchTest]


@dataclass(frozen=True)
class Barred:
    """An ingredient whose patch test is positive: no cocktail that holds it may be given.

    `but` names the products (and lots, where tests are bound to them) that a later test of their own frees.
    """

    ingredient_id: int
    name: str
    on: datetime | None
    but: tuple[str, ...] = ()


def barred(patient_id: int, policy: PatchTestPolicy, at: datetime, zone: str = "UTC") -> list[Barred]:
    """Every ingredient that a positive test bars for the patient, by name, as rule T2 finds it."""
    items = queries.items_of(patient_id)
    return _barred(_told(items, patient_id, at, zone), policy, at) if items else []


def _told(items: Iterable[PatchTestItem], patient_id: int, at: datetime, zone: str) -> list[Told]:
    """The spots that are no control as the rules see them, with what may have hidden a reaction."""
    taken = taken_by(patient_id, at)
    spots = (item for item in items if item.role == "test")
    return [(item, with_suppression(item.fact, taken, zone)) for item in spots]


def _barred(told: Sequence[Told], policy: PatchTestPolicy, at: datetime) -> list[Barred]:
    tests = [test for _, test in told]
    ids = {test.ingredient_id for test in tests}
    found = {i: standing_positive(tests, i, at=at, policy=policy) for i in ids}
    positive = {i: test for i, test in found.items() if test is not None}
    names = catalogue.ingredient_names() if positive else {}
    bars = [
        Barred(i, names[i], outcome(test, at=at, policy=policy).on, _freed(told, i, policy, at))
        for i, test in positive.items()
    ]
    return sorted(bars, key=lambda one: one.name)


def _freed(
    told: Sequence[Told], ingredient_id: int, policy: PatchTestPolicy, at: datetime
) -> tuple[str, ...]:
    """The tested products of a barred ingredient that are not barred, by the same rule, by name."""
    tests = [test for _, test in told]
    of_it = [item for item, _ in told if item.tested.ingredient_id == ingredient_id]
    asked = {_named(item, policy): (item.tested.id, item.lot_id) for item in of_it}
    return tuple(
        name
        for name, (product_id, lot_id) in sorted(asked.items())
        if standing_positive(tests, ingredient_id, at=at, policy=policy, product_id=product_id, lot_id=lot_id)
        is None
    )


def _named(item: PatchTestItem, policy: PatchTestPolicy) -> str:
    lot = f", lot {item.lot.number}" if policy.bound_to_lot and item.lot else ""
    return f"{item.tested.name}{lot}"


@tells_of_patients
def _tell(patient_id: int, at: datetime, site: Site) -> list[Alert]:
    items = queries.items_of(patient_id, voided=True)
    if not items:
        return []
    policy, zone = patch_test_policy(accounts.policy(site.id, "patch_test", at)), ZoneInfo(site.zone)
    stand = [item for item in items if item.test.state == "applied"]
    told = _told(stand, patient_id, at, site.zone)
    bars = [Alert("block", _words(one, at, zone)) for one in _barred(told, policy, at)]
    gone = (item for item in items if item.role == "test" and item.test.state == "void")
    void = {item.test: item for item in gone if _was_positive(item, policy, at)}
    return [*bars, *(Alert("superseded", _void_words(test, zone)) for test in void)]


def _words(one: Barred, at: datetime, zone: ZoneInfo) -> str:
    but = f", but for {' and '.join(one.but)}" if one.but else ""
    return f"{one.name}: barred{but}, positive {words.day(one.on or at, zone)}"


def _was_positive(item: PatchTestItem, policy: PatchTestPolicy, at: datetime) -> bool:
    return outcome(item.fact, at=at, policy=policy).kind is TestOutcome.POSITIVE


def _void_words(test: PatchTest, zone: ZoneInfo) -> str:
    on = f" since {words.day(test.voided_at, zone)}" if test.voided_at else ""
    return f"{test.code} was positive, and is void{on}"


@names_documents("patch_test")
def _name(test_ids: Collection[int]) -> dict[int, Named]:
    return {
        test_id: Named(f"patch test {code}", "patch_tests.test", (("test_id", test_id),))
        for test_id, code in queries.codes(test_ids).items()
    }
