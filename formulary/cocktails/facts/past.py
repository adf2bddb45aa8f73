"""What the rules are told of the time before: what the patient got, what else is ordered, what is usual."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from dataclasses import replace
from datetime import datetime, timedelta

from formulary.catalogue import facts as catalogue
from formulary.cocktails.models import EMERGENCY
from formulary.cocktails.queries import courses
from formulary.patients.facts import history, usual
from formulary.rules import facts

REF = "cocktail:"
ELSEWHERE = "treated_elsewhere"
EARLIER = "A session of earlier records"
"""The question whose answer says whether sessions at other clinics are missing here."""


def with_its_past(
    told: facts.Cocktail,
    patient_id: int | None,
    additive: frozenset[int],
    of: Callable[[Set[int]], Mapping[int, facts.Product]],
) -> facts.Cocktail:
    """With what the patient got of its ingredients, what is usual of them here, and what else is ordered."""
    ingredients = (line.product.ingredient for line in told.lines)
    substances = {ingredient.id for ingredient in ingredients if not ingredient.is_diluent}
    told = replace(
        told, history=_history(patient_id, substances, additive, told.at, of=of), usual=usual(substances)
    )
    return replace(told, course=_course(told, substances | additive, told.ref))


def additive_with(book: catalogue.Book, products: Iterable[facts.Product]) -> frozenset[int]:
    """All that adds up with one of these or with what is in them; nothing where none of it adds up."""
    told = list(products)
    groups = [*(x.ingredient.groups for x in told), *(y.groups for x in told for y in x.excipients)]
    return book.in_group(facts.ADDITIVE) if any(facts.ADDITIVE in x for x in groups) else frozenset()


def _history(
    patient_id: int | None,
    own: Set[int],
    additive: frozenset[int],
    at: datetime,
    *,
    of: Callable[[Set[int]], Mapping[int, facts.Product]],
) -> facts.History | None:
    """What the patient got of its ingredients and of what adds up with them; of that with the products."""
    if patient_id is None:
        return None
    told = history(patient_id, own | additive, at)
    given = {x.product_id for x in told.exposures if x.ingredient_id in additive}
    products = of(given) if given else {}
    return replace(told, additive=additive, products=tuple(products[key] for key in sorted(given)))


def _course(told: facts.Cocktail, asked: Collection[int], ref: str | None) -> facts.Course | None:
    """What else was ordered or given to the patient of what is asked, and what they said of other clinics."""
    if told.patient is None or told.patient.id is None:
        return None
    but_not = int(ref.removeprefix(REF)) if ref else None
    rows, more = courses.ordered_for(told.patient.id, asked, but_not=but_not)
    said = next((answer for answer in told.patient.answers if answer.word == ELSEWHERE), None)
    elsewhere, detail = said_elsewhere(said, told.policies.conditions_asked_within, told.at)
    before = told.history or facts.History()
    orders = (*map(_order, rows), *_of_earlier_records(before.exposures))
    return facts.Course(orders, more or before.truncated, elsewhere, detail)


def _of_earlier_records(exposures: Iterable[facts.Exposure]) -> Iterator[facts.Order]:
    """The sessions that were brought in from earlier records: what was given at one time is one."""
    given: dict[datetime, set[int]] = {}
    for one in exposures:
        if one.is_imported:
            given.setdefault(one.at, set()).add(one.ingredient_id)
    for at, ingredients in given.items():
        yield facts.Order(EARLIER, "administered", frozenset(ingredients), at)


def said_elsewhere(
    said: facts.ConditionAnswer | None, within: timedelta | None, at: datetime
) -> tuple[bool | None, str]:
    """Whether other clinics treated the patient, with the detail: None where the answer no longer holds.

    It holds as long as the site accepts answers; where it has not decided that, nobody knows.
    """
    if said is None or within is None or at - said.asked_at > within:
        return None, ""
    return {facts.Said.YES: True, facts.Said.NO: False}.get(said.said), said.detail


def _order(row: courses.Ordered) -> facts.Order:
    told = (row.given_at, row.planned_for, row.is_top_up, row.recorded == EMERGENCY)
    return facts.Order(row.code, row.state, frozenset(row.ingredients), *told)
