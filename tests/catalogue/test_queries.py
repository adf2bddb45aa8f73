"""Finding ingredients and codes, and what may not lie in one bin."""

import pytest

from formulary.catalogue import queries
from formulary.db import Missing
from tests.support.builders import a_code, a_gtin, a_product
from tests.support.counting import counting_queries


def names(text, role=""):
    return [found.name for found in queries.ingredients(text, role)]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("tranexamic acid", "tranexamic acid"),
        ("TXA", "tranexamic acid"),
        ("exami", "tranexamic acid"),
        ("vitamin b12", "cyanocobalamin"),
        ("Botox", "onabotulinumtoxinA"),
        ("lyophilised 600", "glutathione"),
        ("normal saline", "sodium chloride 0.9%"),
        ("sodium chloride 0.9%", "sodium chloride 0.9%"),
        ("sodium chloride 0.9 %", "sodium chloride 0.9%"),
        ("adrénaline", "EPINEPHrine"),
        ("paraben", "methylparaben (excipient)"),
        ("neurotoxin", "abobotulinumtoxinA"),
        ("acid tranexamic", "tranexamic acid"),
        ("TRANEXAMIC-ACID", "tranexamic acid"),
        ("tranexamicacid", "tranexamic acid"),
        ("  Tranexámic   acíd ", "tranexamic acid"),
        ("lyophilised-600mg", "glutathione"),
        ("vitaminB12", "cyanocobalamin"),
    ],
)
def test_an_ingredient_is_found_by_any_part_of_any_of_its_names(loaded, typed, found):
    assert found in names(typed)


def test_what_nothing_matches_finds_nothing(loaded):
    for typed in ("zzz", "zq%zq", "%", "_", "tranexamic zzz"):
        assert names(typed) == [], typed


def test_whole_names_come_first_then_beginnings(loaded):
    assert names("lidocaine hydrochloride")[0] == "lidocaine hydrochloride"
    assert names("zinc")[0] == "zinc sulfate"
    assert names("lidocaine")[:2] == ["lidocaine hydrochloride", "lidocaine + EPINEPHrine"]


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("tranexmic", "tranexamic acid"),
        ("tranexemic acid", "tranexamic acid"),
        ("glutatione", "glutathione"),
        ("glutathion", "glutathione"),
        ("hyalorunidase", "hyaluronidase ovine"),
        ("lidocain", "lidocaine hydrochloride"),
        ("kybela", "deoxycholic acid"),
    ],
)
def test_a_slip_of_the_hand_is_offered(loaded, typed, near):
    assert near in [found.name for found in queries.alike(typed)]


def test_what_is_like_nothing_is_offered_nothing(loaded):
    assert [queries.alike(typed) for typed in ("", "abc", "zzzzzz", "%%%%")] == [[], [], [], []]
    assert queries.alike("tranexmic", "diluent") == []


def test_near_matches_take_six_queries(loaded):
    with counting_queries() as counted:
        queries.alike("glutatione")
    assert len(counted) == 6, counted


def test_the_kind_narrows(loaded):
    assert names("", "diluent") == [
        "bacteriostatic water for injection",
        "sodium chloride 0.9%",
        "water for injections",
    ]
    assert len(names("", "excipient")) == 25
    assert len(names("", "active")) >= 63


def test_the_list_takes_three_queries(loaded):
    with counting_queries() as counted:
        queries.ingredients("")
    assert len(counted) == 3, counted


def test_a_gtin_names_its_product_and_pack(app):
    product = a_product()
    code = a_code(product, a_gtin(), level="carton", containers=10)
    found = queries.code(code.gtin)
    assert (found.product.id, found.containers) == (product.id, 10)
    assert queries.code(a_gtin()) is None


def test_tranexamic_acid_never_lies_beside_a_local_anaesthetic(loaded):
    txa, lidocaine = loaded.product("tranexamic acid"), loaded.product("lidocaine hydrochloride")
    assert lidocaine.id in queries.never_beside(txa.id)
    assert queries.never_beside(lidocaine.id) == [txa.id]
    assert queries.never_beside(loaded.product("levocarnitine").id) == []


def test_the_rules_about_an_ingredient_name_it_or_its_groups(loaded):
    row = loaded.ingredient("thiamine hydrochloride")
    numbers = {rule.number for rule in queries.rules_about(row, ["acid_salt"])}
    assert {"9", "10a", "10b", "11a", "12a", "12b", "13a", "M1a", "2"} <= numbers
    assert "1" not in numbers


def test_what_is_not_there_is_missing(app):
    for query in (
        queries.ingredient,
        queries.product,
        queries.formula,
        queries.formula_version,
        queries.device,
    ):
        with pytest.raises(Missing):
            query(2**31 - 1)
