"""A report is bound to every fact: each field of all that the rules are fed changes its hash, once named."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum
from fractions import Fraction
from functools import cache
from typing import Any, get_args, get_type_hints

import pytest

from formulary.rules import facts
from formulary.rules.checklist import RULE_SET, data_version
from formulary.rules.checklist.fingerprint import _OF_THE_CASE, _VOLATILE, fingerprint
from formulary.rules.findings import Level, Stage
from formulary.rules.units import Dimension, Quantity
from tests.rules.builders import (
    AT,
    a_cocktail,
    a_consent,
    a_formula,
    a_limit,
    a_patient,
    a_product,
    a_range,
    a_stock,
    a_test,
    an_allergy,
    an_excipient,
    per,
    q,
    some_policies,
)

CONTROL = facts.Control(must_react=True, readings=(facts.Reading("W+", AT),))
HOUR, TODAY, ONE = timedelta(hours=1), date(2026, 11, 24), Fraction(1)
WORDS = ("a word",)
FACTOR = facts.Factor("zinc sulfate", "zinc", Fraction(44, 10), "a label")
LIMIT = a_limit(
    "1 mg", "1 mg/mL", per_kg=q("1 mg"), per=facts.LimitPer.WINDOW, within=HOUR, minimum=q("1 mg"),
    volume=q("1 mL"), points=3, area="chin", level=Level.WARN, jurisdiction="US", edition="10/2024",
    valid_from=TODAY, basis="zinc", factor=FACTOR,
)  # fmt: skip
SULFITE = an_excipient(synonyms=WORDS, amount=per("1 mg/mL"), limits=(LIMIT,))
OF = {"synonyms": WORDS, "groups": frozenset({"thiol"}), "do_not_mix_source": "label", "factors": (FACTOR,)}
FULL = {
    "excipients": (SULFITE,), "limits": (LIMIT,), "after_reconstitution_h": ONE, "mixture_stability_h": ONE,
    "ph_low": ONE, "ph_high": ONE, "basis": "zinc", "osmolality_low": ONE, "osmolality_high": ONE,
    "route_words": "into the skin", "of": OF,
}  # fmt: skip
DRUG, OTHER = a_product(1, **FULL), a_product(2, "ascorbic acid", **FULL)
WATER = a_product(3, "water for injections", **FULL)
STOCK = a_stock(
    DRUG, vial_id=7, vial="V-7", opened_at=AT, reconstituted_at=AT, beyond_use_at=AT, held=("recall",),
    reserved=q("1 mL"), reserved_for="C-1", opened_for=7, opened_for_ref="C-1", strength=per("1 mg/mL"),
    one_container=q("1 mL"), place_id=1, diluent=facts.Diluent(30, "W-1", 3, TODAY),
    after_reconstitution_h=ONE,
)  # fmt: skip
SYRINGE = facts.Syringe("1 mL syringe", q("1 mL"), q("0.01 mL"), q("0.01 mL"), "maker")
COMPATIBILITY = facts.Compatibility(
    "1", "pair", "ingredient:1", "ingredient:2", "WARN", "acid and alkali", "a book", 1, "warm",
    per("1 mg/mL"), per("2 mg/mL"), "ingredient:3", per("1 mg/mL"), ONE, ONE, ONE, ONE, ONE, ONE,
    facts.Onset(ONE, ONE, ONE), ONE, ONE, first="a", loosens="26",
)  # fmt: skip
PRECAUTIONS = facts.Precautions(
    (facts.Contraindication("asthma", "Asthma", "group:sulfite", "STOP", "attacks", "a label"),),
    (facts.CrossReactivity("sulfite", "STOP", "one of them", "a label"),),
    (facts.Schedule(1, 21, 1, 6, "a label"),),
)
WASHOUT = facts.Washout(
    "mesotherapy", "avoid", "a week without it", 7, 10, "days", "an article", decided_at=AT, ended_at=AT
)
PATIENT = a_patient(
    allergies=(an_allergy(ingredient_id=90, group="sulfite", groups=frozenset({"sulfite"})),),
    answers=(facts.ConditionAnswer("asthma", facts.Said.NO, AT, "as a child"),),
    medicines=(
        facts.Medicine(
            "garlic", facts.Taking.STOPPED, facts.Choice.OWN, TODAY, TODAY, "garlic", (WASHOUT,), TODAY
        ),
    ),
    medicines_asked_at=AT,
    tests=(a_test(DRUG, controls=(CONTROL,), suppressed="an antihistamine", doubt="in words", label="T-1"),),
    consents=(a_consent(withdrawn_at=AT),),
)
FORMULA = a_formula(
    ranges=(replace(a_range(DRUG, ("1 mg", "2 mg"), ("1 mg/mL", "2 mg/mL")), basis="zinc", factor=FACTOR),),
    any_product_of=frozenset({1}),
    beyond_use_h=ONE, beyond_use_source="a study", newer="v4", differs=WORDS, held=WORDS,
)  # fmt: skip
POLICIES = some_policies(duplicate_order_within=HOUR, most_products=3, shared_single_dose_h=ONE)
SALT = facts.Line(1, DRUG, facts.Pin.DOSE, q("1 mg"), per("1 mg/mL"), per("1 mg/mL"))
ORDER = facts.Order("C-2", "released", frozenset({1}), AT, AT)
PERSON = facts.Practitioner("Iris", (facts.Credential(facts.CredentialKind.INJECT, "board", TODAY, TODAY),))
EVERYTHING = a_cocktail(
    lines=(SALT, replace(SALT, number=2, product=OTHER)),
    policies=POLICIES, formula=FORMULA, patient=PATIENT, stock=(STOCK,), syringes=(SYRINGE,),
    compatibilities=(COMPATIBILITY, replace(COMPATIBILITY, number="2", kind="mixture", a="any", b="any")),
    overfill=q("0.1 mL"), planned_for=AT,
    draws=(facts.Draw(1, STOCK, q("1 mL"), q("1 mL"), SYRINGE, AT),),
    beyond_use_at=AT, dead_space=q("0.1 mL"), picked=(STOCK,), ref="C-1", diluents=(WATER,),
    precautions=PRECAUTIONS, acting=PERSON, course=facts.Course((ORDER,), elsewhere=False,
    elsewhere_detail="no"),
    history=facts.History(
        (facts.Exposure(1, 1, q("1 mg"), AT, basis="zinc"),), additive=frozenset({1}),
        products=(replace(DRUG, id=9),),
    ),
    usual=(facts.Usual(1, q("1 mg"), 3),), points=(facts.Points("chin", 3, q("0.1 mL")),),
)  # fmt: skip

Step = tuple[type, str]


def variants(value: Any, path: tuple[Step, ...] = ()) -> Iterator[tuple[tuple[Step, ...], Any]]:
    """The same facts with one field changed, for every field however deep, and the path of it."""
    assert value is not None, f"{path[-1]} is empty in EVERYTHING: give it a value"
    assert value not in ((), frozenset(), ""), f"{path[-1]} is empty in EVERYTHING: give it a value"
    if is_dataclass(value) and not isinstance(value, Quantity | Dimension):
        for field in fields(value):
            for where, other in variants(getattr(value, field.name), (*path, (type(value), field.name))):
                yield where, replace(value, **{field.name: other})
    elif isinstance(value, tuple):
        yield path, value[1:]
        for where, other in variants(value[0], path):
            yield where, (other, *value[1:])
    else:
        yield path, another(value)


def another(value: Any) -> Any:
    """A value of the same kind that is not this one."""
    if isinstance(value, Enum):
        return next(member for member in type(value) if member != value)
    if isinstance(value, Quantity):
        return Quantity(value.steps + 1, value.dimension)
    if isinstance(value, Dimension):
        return replace(value, name=f"{value.name}s")
    if isinstance(value, frozenset):
        return frozenset()
    step = {str: "s", datetime: HOUR, date: timedelta(days=1), timedelta: HOUR}.get(type(value), 1)
    return not value if isinstance(value, bool) else value + step


@cache
def every_change() -> list[tuple[tuple[Step, ...], facts.Cocktail]]:
    """Every change of one field of everything."""
    return list(variants(EVERYTHING))


def bound(cocktail: facts.Cocktail) -> str:
    """The hash of the facts alone: the answers are the same."""
    return fingerprint(cocktail, Stage.SIGN, RULE_SET, ())


def told(path: tuple[Step, ...]) -> str:
    return " > ".join(f"{kind.__name__}.{name}" for kind, name in path)


def is_volatile(path: tuple[Step, ...]) -> bool:
    return any(name in _VOLATILE.get(kind, ()) for kind, name in path)


def is_data(path: tuple[Step, ...]) -> bool:
    """Whether it is something that the rules go by, whoever the cocktail is for; a line less is a product
    less.
    """
    (_, name), *rest = path
    inside = rest[0][1] if rest else ""
    products = (name, inside) in (("lines", ""), ("lines", "product"), ("history", "products"))
    return name not in _OF_THE_CASE or products


def reachable(kind: Any) -> set[type]:
    """Every dataclass that a fact of this kind may hold."""
    if is_dataclass(kind):
        hints = get_type_hints(kind).values()
        return {kind}.union(*(reachable(hint) for hint in hints))  # type: ignore[arg-type]
    return set().union(*map(reachable, get_args(kind)))


def test_everything_holds_a_fact_of_every_kind_that_a_cocktail_is_fed():
    seen = {kind for path, _ in every_change() for kind, _ in path}
    assert reachable(facts.Cocktail) - {Quantity, Dimension} == seen


def test_every_fact_is_bound_but_for_what_changes_all_the_time():
    whole = bound(EVERYTHING)
    unbound = {told(path) for path, other in every_change() if bound(other) == whole}
    assert unbound == {told(path) for path, _ in every_change() if is_volatile(path)}


def test_the_version_of_the_data_names_all_that_the_rules_go_by_and_nothing_of_the_case():
    whole = data_version(EVERYTHING)
    assert len(whole) == 12
    named = {told(path) for path, other in every_change() if data_version(other) != whole}
    assert named == {told(path) for path, _ in every_change() if is_data(path)}


def test_what_is_left_out_is_named_here_too():
    assert {
        facts.Cocktail: {"at", "stock", "usual"},
        facts.Stock: {"remaining", "reserved", "reserved_for", "place", "status", "held"},
    } == _VOLATILE


@pytest.mark.parametrize(
    ("rows", "other"),
    [
        ("contraindications", {"selector": "ingredient:77"}),
        ("cross_reactivities", {"word": "cobalt"}),
        ("schedules", {"ingredient_id": 77}),
    ],
)
def test_a_row_about_another_substance_changes_nothing(rows, other):
    own = getattr(PRECAUTIONS, rows)
    more = replace(EVERYTHING, precautions=replace(PRECAUTIONS, **{rows: (*own, replace(own[0], **other))}))
    assert (bound(more), data_version(more)) == (bound(EVERYTHING), data_version(EVERYTHING))
