"""C7: the number of products against the category of the site, and the order of addition."""

from datetime import date

import pytest

from formulary.rules.facts import Diluent
from formulary.rules.findings import Level, Result, Stage
from tests.rules.builders import (
    ASCORBIC,
    GLUTATHIONE,
    SALINE,
    TRANEXAMIC,
    a_line,
    a_product,
    a_rule,
    a_stock,
    ask,
    codes,
    some_policies,
)

# RULINGS 8: immediate use, three products (its text was not read); Category 1 with ISO 5 has no such limit
IMMEDIATE = {
    "limits_products": True,
    "most_products": 3,
    "preparation_limit_name": "Immediate use",
    "preparation_limit_unconfirmed": True,
}


def mixing(count, **policies):
    lines = [a_line(1, TRANEXAMIC, "20 mg"), a_line(2, ASCORBIC, "20 mg"), a_line(3, SALINE, "qs")]
    lines += [a_line(n, a_product(n * 10, f"vitamin {n}", "10 mg/mL"), "1 mg") for n in range(4, count + 1)]
    return {"lines": tuple(lines[:count]), "policies": some_policies(**policies)}


@pytest.mark.parametrize(
    ("count", "code"),
    [(2, "products.within_category"), (3, "products.within_category"), (4, "products.above_limit")],
)
def test_immediate_use_takes_three_products(count, code):
    assert codes(ask("C7", **mixing(count, **IMMEDIATE))) == [code]


def test_above_the_limit_stops_names_them_and_says_that_the_text_was_not_read():
    (finding,) = ask("C7", Stage.VERIFY, **mixing(4, **IMMEDIATE))
    assert finding.level is Level.STOP
    assert finding.reason == (
        "4 different products are mixed (tranexamic acid 100 mg/mL, ascorbic acid 500 mg/mL, sodium chloride "
        "0.9 % 9 mg/mL and vitamin 4 10 mg/mL); Immediate use allows 3 (a figure whose text nobody here has "
        "read)."
    )


def test_a_powder_brings_a_diluent_and_the_one_it_was_mixed_with_is_that():
    lines = (a_line(1, TRANEXAMIC, "20 mg"), a_line(2, GLUTATHIONE, "20 mg"), a_line(3, SALINE, "qs"))
    policies = some_policies(**IMMEDIATE)
    (dry,) = ask("C7", lines=lines, policies=policies)
    assert "a diluent for glutathione" in dry.reason
    water = a_product(70, "water for injections", None, of={"is_diluent": True})
    mixed = a_stock(GLUTATHIONE, vial_id=5, diluent=Diluent(700, "WFI-1", 70, date(2027, 11, 30)))
    told = {"picked": (mixed,), "diluents": (water,)}
    (wet,) = ask("C7", lines=lines, policies=policies, **told)
    assert ("water for injections" in wet.reason, wet.key == dry.key) == (True, True)


@pytest.mark.parametrize("limit", [IMMEDIATE, {"limits_products": None}])
def test_an_answer_is_given_for_these_products_in_any_order_and_for_no_others(limit):
    told = mixing(4, **limit)
    lines, policies = told["lines"], told["policies"]
    (seen,) = ask("C7", **told)
    (turned,) = ask("C7", lines=lines[::-1], policies=policies)
    (more,) = ask("C7", **mixing(5, **limit))
    other = (*lines[:3], a_line(4, a_product(41, "biotin", "5 mg/mL"), "1 mg"))
    (swapped,) = ask("C7", lines=other, policies=policies)
    assert [found.key == seen.key for found in (turned, more, swapped)] == [True, False, False]


def test_one_product_on_two_lines_counts_once():
    lines = (*mixing(3)["lines"], a_line(4, TRANEXAMIC, "5 mg"))
    assert codes(ask("C7", lines=lines, policies=some_policies(**IMMEDIATE))) == ["products.within_category"]


def test_category_1_with_iso_5_has_no_such_limit():
    assert codes(ask("C7", **mixing(6, limits_products=False))) == ["products.within_category"]


def test_a_site_that_has_not_decided_is_unknown_and_stops():
    (answer,) = ask("C7", **mixing(2, limits_products=None))
    assert (answer.code, answer.result, answer.level) == (
        "products.limit_undecided",
        Result.UNKNOWN,
        Level.STOP,
    )


def test_what_is_given_as_supplied_mixes_nothing():
    told = mixing(1, limits_products=None)
    assert codes(ask("C7", **told, target=None)) == ["products.within_category"]


def test_an_order_that_matters_and_that_no_source_states_stops():
    rule = a_rule("21", "ingredient:1", "ingredient:2", "WARN", first="unknown")
    (finding,) = ask("C7", **mixing(3), compatibilities=(rule,))
    assert (finding.code, finding.level) == ("products.order_not_given", Level.STOP)


def test_an_order_that_a_source_states_is_given():
    rule = a_rule("7", "ingredient:1", "ingredient:2", "WARN", first="a")
    assert codes(ask("C7", **mixing(3), compatibilities=(rule,))) == ["products.within_category"]


@pytest.mark.parametrize(
    "undecided",
    [
        {"limits_products": None},
        {"limits_products": True, "most_products": None},
        {"limits_products": None, "most_products": 3},
    ],
)
def test_a_limit_that_is_not_decided_whole_is_unknown(undecided):
    assert codes(ask("C7", **mixing(2, **undecided))) == ["products.limit_undecided"]


def test_an_answer_rests_on_the_products_and_on_the_diluent_that_a_powder_needs():
    (finding,) = ask("C7", policies=some_policies(**IMMEDIATE))
    assert finding.rests_on == (
        ("products", "5"),
        ("category", "Immediate use"),
        ("most", "3"),
        ("product", "ascorbic acid 500 mg/mL"),
        ("product", "glutathione 600 mg/4 mL"),
        ("product", "sodium chloride 0.9 % 9 mg/mL"),
        ("product", "tranexamic acid 100 mg/mL"),
        ("diluent for", "glutathione"),
    )
