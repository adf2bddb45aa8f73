"""What nobody stated is unknown, or the careful answer: the defaults of the facts that rules look at."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from formulary.rules.facts import (
    Container,
    Course,
    Formula,
    History,
    Ingredient,
    Limit,
    LimitKind,
    LimitPer,
    PatchTestPolicy,
    Patient,
    Product,
    SitePolicies,
)
from formulary.rules.findings import Level
from formulary.rules.formulation import holds
from formulary.rules.units import MASS
from tests.rules.builders import ROUTE, SALINE, a_cocktail, a_formula, a_line, a_product

INGREDIENT = Ingredient(1, "something", MASS)


def test_a_product_that_says_nothing_is_known_for_nothing():
    bare = Product(1, "vial", INGREDIENT, None)
    assert (bare.container, bare.is_powder, bare.excipients_known) == (Container.UNKNOWN, False, False)
    assert (bare.after_puncture_h, bare.after_reconstitution_h, bare.mixture_stability_h) == (None,) * 3
    assert (bare.ph_low, bare.ph_high, bare.osmolality_low, bare.osmolality_high) == (None,) * 4


def test_an_ingredient_asks_a_patch_test_unless_it_says_otherwise():
    assert INGREDIENT.patch_test_required
    assert not (INGREDIENT.do_not_mix or INGREDIENT.high_alert or INGREDIENT.is_diluent)


def test_a_site_that_decided_nothing_has_decided_nothing():
    bare = SitePolicies("Europe/Paris")
    undecided = (bare.allergy_asked_within, bare.weighed_within, bare.conditions_asked_within)
    undecided += (bare.duplicate_order_within, bare.consent_version, bare.preparation_limit_h)
    undecided += (bare.limits_products, bare.most_products, bare.shared_single_dose_h)
    assert {*undecided, bare.dose_tolerance, bare.volume_tolerance} == {None}
    assert not bare.preparation_limit_unconfirmed
    assert (PatchTestPolicy().required, PatchTestPolicy().bound_to_lot, PatchTestPolicy().valid_for) == (
        True,
        False,
        None,
    )


def test_a_patient_of_whom_nothing_was_asked_is_not_known_to_have_none():
    bare = Patient(7)
    assert (bare.allergies_asked_at, bare.weight, bare.weighed_on) == (None, None, None)


def test_a_course_and_a_history_are_whole_unless_they_say_otherwise():
    assert (Course().truncated, Course().elsewhere, History().truncated) == (False, None, False)


def test_a_limit_is_of_one_session_and_hard_unless_it_says_otherwise():
    bare = Limit(LimitKind.LABEL_LIMIT, ROUTE, "label")
    assert (bare.per, bare.exceeded) == (LimitPer.SESSION, Level.BLOCK)
    assert (replace(bare, hard=False).exceeded, replace(bare, level=Level.WARN).exceeded) == (
        Level.STOP,
        Level.WARN,
    )


@pytest.mark.parametrize(
    ("routes", "route", "labelled"),
    [((), "ID", None), (("ID",), "id", True), (("SC", "ID"), "ID", True), (("SC",), "ID", False)],
)
def test_a_label_names_a_route_in_any_case_or_nothing_is_known(routes, route, labelled):
    assert a_product(routes=routes).labelled_for(route) is labelled


@pytest.mark.parametrize(
    ("formula", "answers"),
    [
        (a_formula(), True),
        (a_formula(route=ROUTE.upper()), True),
        (a_formula(approved=False), False),
        (a_formula(route="subcutaneous"), False),
        (None, False),
    ],
)
def test_only_an_approved_formula_of_the_same_route_answers(formula, answers):
    assert (a_cocktail(formula=formula).answering is not None) is answers


def test_a_formula_covers_its_products_and_any_product_of_a_bare_line():
    product = a_product(5)
    told = {"name": "A", "version": 1, "approved": True, "route": ROUTE}
    assert Formula(**told, products=frozenset({5})).covers(product)
    assert Formula(**told, any_product_of=frozenset({5})).covers(product)
    assert not Formula(**told, products=frozenset({6}), any_product_of=frozenset({6})).covers(product)
    assert Formula(**told, beyond_use_h=Fraction(4)).label == "A v1"


def test_a_limit_holds_from_its_day_on():
    begins = Limit(LimitKind.CLINIC_LIMIT, ROUTE, "clinic", valid_from=date(2026, 11, 24))
    days = (date(2026, 11, 23), date(2026, 11, 24), None)
    assert [holds(begins, ROUTE, on) for on in days] == [False, True, True]
    assert [holds(replace(begins, route=r), ROUTE) for r in ("any", "INTRADERMAL", "SC")] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("routes", "off"),
    [
        ([("ID",), ("ID",)], False),
        ([("ID",), ("SC",)], True),
        ([("SC",), ("ID",)], True),
        ([("ID",), ()], True),  # of an unknown route it is not known to be on label
        ([], False),
    ],
)
def test_it_is_off_label_where_one_line_is_or_may_be(routes, off):
    lines = [a_line(n, a_product(n, f"substance {n}", routes=told)) for n, told in enumerate(routes, 1)]
    lines.append(a_line(9, replace(SALINE, routes=("IV",)), "qs"))
    assert a_cocktail(lines=tuple(lines), route="ID").off_label is off
