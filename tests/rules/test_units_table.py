"""The table of units: every unit in both directions, every dimension apart from every other."""

from decimal import Decimal
from fractions import Fraction
from itertools import permutations

import pytest

from formulary.rules import units
from formulary.rules.units import (
    AMOUNT,
    DROPS,
    EQUIVALENT,
    IU,
    LENGTH,
    MASS,
    VOLUME,
    DimensionMismatch,
    Quantity,
    UnknownUnit,
    activity,
    conversion_factor,
    dimension,
    unit,
    units_of,
)

PLAIN = (MASS, VOLUME, IU, AMOUNT, EQUIVALENT, LENGTH, DROPS)
CODES = {"mcg": MASS, "mg": MASS, "g": MASS, "kg": MASS, "mL": VOLUME, "L": VOLUME}
CODES |= {"IU": IU, "mmol": AMOUNT, "mEq": EQUIVALENT, "mm": LENGTH, "drop": DROPS}

# Source: the International System of Units, its prefixes.
FACTORS = [
    ("mcg", "mg", "0.001"),
    ("mcg", "g", "0.000001"),
    ("mcg", "kg", "0.000000001"),
    ("mg", "mcg", "1000"),
    ("mg", "g", "0.001"),
    ("mg", "kg", "0.000001"),
    ("g", "mcg", "1000000"),
    ("g", "mg", "1000"),
    ("g", "kg", "0.001"),
    ("kg", "mcg", "1000000000"),
    ("kg", "mg", "1000000"),
    ("kg", "g", "1000"),
    ("mL", "L", "0.001"),
    ("L", "mL", "1000"),
    *((code, code, "1") for code in CODES),
]

# Steps are ng, nL, nano-IU, nano-unit, nmol (and nEq, nm, nano-drop).
STEPS = [("mcg", 10**3), ("mg", 10**6), ("g", 10**9), ("kg", 10**12), ("mL", 10**6), ("L", 10**9)]
STEPS += [("IU", 10**9), ("mmol", 10**6), ("mEq", 10**6), ("mm", 10**6), ("drop", 10**9)]


@pytest.mark.parametrize(("source", "target", "factor"), FACTORS)
def test_a_unit_converts_exactly(source: str, target: str, factor: str) -> None:
    expected = Fraction(Decimal(factor))
    assert conversion_factor(unit(source), unit(target)) == expected
    assert Quantity.of(1, source).in_unit(unit(target)) == expected


def test_every_pair_of_one_dimension_is_in_the_table() -> None:
    pairs = {(a, b) for a, b in permutations(CODES, 2) if CODES[a] == CODES[b]}
    assert {(source, target) for source, target, _ in FACTORS} == pairs | {(code, code) for code in CODES}


@pytest.mark.parametrize(("code", "steps"), STEPS)
def test_a_unit_is_a_whole_number_of_smallest_steps(code: str, steps: int) -> None:
    assert unit(code).steps == steps == Quantity.of(1, code).whole()


@pytest.mark.parametrize(
    ("code", "decimals"), [("mcg", 3), ("mg", 6), ("g", 6), ("kg", 6), ("mL", 6), ("IU", 6)]
)
def test_a_unit_takes_as_many_decimals_as_its_smallest_step_holds(code: str, decimals: int) -> None:
    assert unit(code).decimals == decimals


@pytest.mark.parametrize(
    ("source", "target"), [p for p in permutations(CODES, 2) if CODES[p[0]] != CODES[p[1]]]
)
def test_two_dimensions_never_convert(source: str, target: str) -> None:
    with pytest.raises(DimensionMismatch):
        conversion_factor(unit(source), unit(target))
    with pytest.raises(DimensionMismatch):
        Quantity.of(1, source).in_unit(unit(target))


def test_what_a_field_offers() -> None:
    assert [u.code for u in units_of(MASS)] == ["mcg", "mg", "g"]
    assert [u.code for u in units_of(VOLUME)] == ["mL"]
    assert [u.code for u in units_of(IU)] == ["IU"]
    assert [u.code for u in units_of(activity(17))] == ["units"]


@pytest.mark.parametrize("kind", [*PLAIN, activity(17), activity("dysport-300")])
def test_a_dimension_comes_back_from_its_stored_name(kind: units.Dimension) -> None:
    assert dimension(kind.name) is kind


@pytest.mark.parametrize(
    "code", ["", "MG", "Mg", "U", "u", "M", "m", "cc", "unit", "units", "ml", "µg", "%", "kgs"]
)
def test_what_is_not_in_the_table_is_unknown(code: str) -> None:
    with pytest.raises(UnknownUnit):
        unit(code)


def test_a_unit_of_another_dimension_is_unknown_where_one_was_named() -> None:
    assert unit("mg", MASS).code == "mg"
    for code, kind in (("mg", VOLUME), ("IU", activity(17)), ("units", IU), ("units", MASS)):
        with pytest.raises(UnknownUnit):
            unit(code, kind)


@pytest.mark.parametrize(
    "name", ["", "mas", "MASS", "units:", "units:a b", "units:" + "9" * 41, "units:[17]"]
)
def test_a_name_that_was_never_stored_is_no_dimension(name: str) -> None:
    with pytest.raises(UnknownUnit):
        dimension(name)


def test_each_product_measured_in_units_has_a_dimension_of_its_own() -> None:
    botox, dysport = (unit("units", activity(key)) for key in (17, 18))
    assert activity(17) == activity("17") != activity(18)
    assert conversion_factor(botox, botox) == 1
    for source, target in ((botox, dysport), (botox, unit("IU")), (unit("IU"), botox), (botox, unit("mg"))):
        with pytest.raises(DimensionMismatch):
            conversion_factor(source, target)


def test_keys_that_differ_only_in_case_or_sign_are_different_products() -> None:
    names = ["a", "A", "a-b", "a_b", "61", "6-1"]
    assert len({activity(key).name for key in names}) == len(names)
    for left, right in permutations(names, 2):
        with pytest.raises(DimensionMismatch):
            conversion_factor(unit("units", activity(left)), unit("units", activity(right)))
