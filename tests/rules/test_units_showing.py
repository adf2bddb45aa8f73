"""The one renderer: leading zero, no trailing zero, a space before the unit, never 0 for a little."""

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formulary.rules.units import (
    IU,
    MASS,
    VOLUME,
    DimensionMismatch,
    Inexact,
    Quantity,
    activity,
    natural_unit,
    parse,
    plain,
    show,
    show_concentration,
    show_percent,
    unit,
    unit_words,
)

NBSP, MINUS = "\u00a0", "\u2212"

# Source: ISMP's list of error-prone designations: 0.5 not .5, 5 not 5.0, mcg not µg, commas from 1,000.
SHOWN = [
    ("0.5", "mL", None, "0.5 mL"),
    ("5.0", "mL", None, "5 mL"),
    ("0.05", "mL", None, "0.05 mL"),
    ("4.12", "mL", None, "4.12 mL"),
    ("50", "mL", "mL", "50 mL"),
    ("0.000001", "mL", None, "0.000001 mL"),
    ("1500", "mL", None, "1,500 mL"),
    ("1.5", "L", "L", "1.5 L"),
    ("12.5", "mg", None, "12.5 mg"),
    ("0.0025", "g", None, "2.5 mg"),
    ("0.0025", "g", "g", "2.5 mg"),
    ("0.05", "mg", None, "50 mcg"),
    ("0.005", "mg", "mg", "5 mcg"),
    ("0.05", "mg", "mg", "0.05 mg"),
    ("0.5", "mg", "mg", "0.5 mg"),
    ("0.5", "mg", None, "500 mcg"),
    ("50", "mcg", None, "50 mcg"),
    ("0.001", "mcg", None, "0.001 mcg"),
    ("1", "mcg", "kg", "1 mcg"),
    ("12845", "mg", None, "12,845 mg"),
    ("25", "g", None, "25,000 mg"),
    ("25", "g", "g", "25 g"),
    ("0.01", "g", "g", "0.01 g"),  # a hundredth of the unit asked for stays in it
    ("0.009999", "g", "g", "9.999 mg"),
    ("0.012345678", "g", "g", "12.345678 mg"),  # more decimals than the unit takes
    ("58.2", "kg", "kg", "58.2 kg"),
    ("1000", "mg", "mg", "1,000 mg"),
    ("999", "mg", "mg", "999 mg"),
    ("1234567.25", "mg", "mg", "1,234,567.25 mg"),
    ("1000", "IU", None, "1,000 IU"),
    ("4", "mmol", None, "4 mmol"),
    ("1", "mEq", None, "1 mEq"),
    ("10", "mm", None, "10 mm"),
    ("1", "drop", None, "1 drop"),
    ("3", "drop", None, "3 drops"),
    ("0", "mg", None, "0 mg"),
    ("0", "mcg", "mcg", "0 mcg"),
    ("0", "mL", None, "0 mL"),
    ("-30", "mg", "mg", f"{MINUS}30 mg"),
    ("-0.05", "mL", "mL", f"{MINUS}0.05 mL"),
]


@pytest.mark.parametrize(("number", "code", "given_unit", "expected"), SHOWN)
def test_an_amount_is_shown(number: str, code: str, given_unit: str | None, expected: str) -> None:
    chosen = unit(given_unit) if given_unit else None
    head, _, word = expected.rpartition(" ")
    assert show(Quantity.of(number, code), chosen) == f"{head}{NBSP}{word}"


def test_units_of_activity_are_a_word() -> None:
    u = unit("units", activity(17))
    assert show(Quantity.of(20, u)) == f"20{NBSP}units"
    assert show(Quantity.of(1, u)) == f"1{NBSP}unit"
    assert show(Quantity.of(1000, u)) == f"1,000{NBSP}units"
    assert show(Quantity.of("2.5", u)) == f"2.5{NBSP}units"


def test_a_comma_site_sees_commas_and_groups_with_a_space() -> None:
    assert show(Quantity.of("0.5", "mL"), mark=",") == f"0,5{NBSP}mL"
    assert show(Quantity.of("12845", "mg"), mark=",") == f"12{NBSP}845{NBSP}mg"
    assert show(Quantity.of("1234567.25", "mg"), mark=",") == f"1{NBSP}234{NBSP}567,25{NBSP}mg"
    assert show_percent(Fraction(1, 800), ",") == f"0,1{NBSP}%"


def test_what_has_no_end_has_three_decimals_or_four_figures_and_what_ends_has_all() -> None:
    assert show(Quantity.of(Fraction(2, 15), "mL")) == f"0.1333{NBSP}mL"
    assert show(Quantity.of(Fraction(100, 3), "mg")) == f"33.333{NBSP}mg"
    assert show(Quantity.of(Fraction(1, 3000), "mL")) == f"0.000333{NBSP}mL"
    assert show(Quantity.of("0.133333", "mL")) == f"0.133333{NBSP}mL"


@pytest.mark.parametrize(
    ("steps", "kind", "least"), [(1, MASS, "0.001 mcg"), (1, VOLUME, "0.000001 mL"), (1, IU, "0.000001 IU")]
)
def test_less_than_the_smallest_step_is_never_nothing(steps: int, kind, least: str) -> None:
    assert show(Quantity(Fraction(steps, 3), kind)).replace(NBSP, " ") == f"less than {least}"


@pytest.mark.parametrize(
    ("steps", "kind", "expected"),
    [
        (Fraction(1, 2), MASS, "less than 0.001 mcg"),  # half a step rounds to none
        (Fraction(51, 100), MASS, "0.001 mcg"),
        (Fraction(3, 2), MASS, "0.002 mcg"),
        (Fraction(51, 100), VOLUME, "0.000001 mL"),
    ],
)
def test_a_part_of_a_step_is_shown_as_the_nearest_step(steps, kind, expected) -> None:
    assert show(Quantity(steps, kind)).replace(NBSP, " ") == expected


def test_a_unit_of_another_dimension_is_refused() -> None:
    for call in (show, plain):
        with pytest.raises(DimensionMismatch):
            call(Quantity.of(1, "mg"), unit("mL"))


@pytest.mark.parametrize(
    ("amount", "volume", "expected"),
    [
        (("100", "mg"), ("1", "mL"), "100 mg/mL"),
        (("4", "mg"), ("1", "mL"), "4 mg/mL"),
        (("3", "g"), ("100", "mL"), "30 mg/mL"),
        (("600", "mg"), ("4", "mL"), "150 mg/mL"),
        (("600", "mg"), ("4.3", "mL"), "139.535 mg/mL"),
        (("1", "mg"), ("1", "L"), "1 mcg/mL"),
        (("1", "mcg"), ("3", "L"), "0.0003333 mcg/mL"),
        (("50000", "IU"), ("1", "mL"), "50,000 IU/mL"),
        (("0", "mg"), ("1", "mL"), "0 mg/mL"),
    ],
)
def test_a_strength_is_shown_per_millilitre(amount, volume, expected: str) -> None:
    assert show_concentration(Quantity.of(*amount), Quantity.of(*volume)).replace(NBSP, " ") == expected


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [
        (Fraction(5, 4), "125 %"),
        (Fraction(-1, 100), f"{MINUS}1 %"),
        (Fraction(1, 1000), "0.1 %"),
        (Fraction(38, 100), "38 %"),
        (Fraction(5, 6), "83.3 %"),
        (Fraction(0), "0 %"),
        (Fraction(1), "100 %"),
        (Fraction(10004, 10000), "100.04 %"),
        (Fraction(99999, 100000), "99.999 %"),
        (Fraction(1, 10**6), "0.0001 %"),
        (Fraction(-1, 10**6), f"{MINUS}0.0001 %"),
        (Fraction(-99999, 100000), f"{MINUS}99.999 %"),
        (Fraction(20), "2,000 %"),
        (12, "1,200 %"),
    ],
)
def test_a_ratio_never_reads_as_none_or_all_unless_it_is(ratio: Fraction, expected: str) -> None:
    assert show_percent(ratio).replace(NBSP, " ") == expected


@pytest.mark.parametrize(
    ("number", "code", "in_unit", "mark", "expected"),
    [
        ("12.5", "mg", "mg", ".", "12.5"),
        ("12.5", "mg", "mg", ",", "12,5"),
        ("12845", "mg", "mg", ".", "12845"),
        ("12845", "mg", "g", ".", "12.845"),
        ("1", "mcg", "kg", ".", "0.000000001"),
        ("-0.5", "mL", "mL", ".", "-0.5"),
        ("0", "mL", "mL", ".", "0"),
    ],
)
def test_a_plain_number_is_ungrouped_and_exact(number, code, in_unit, mark, expected) -> None:
    assert plain(Quantity.of(number, code), unit(in_unit), mark) == expected


def test_a_number_without_end_has_no_plain_form() -> None:
    with pytest.raises(Inexact, match="round it first"):
        plain(Quantity.of(Fraction(1, 3), "mL"), unit("mL"))


def test_how_a_field_names_its_units() -> None:
    assert unit_words(MASS) == "mcg, mg or g"
    assert unit_words(VOLUME) == "mL"
    assert unit_words(activity(17)) == "units"


amounts = st.one_of(
    st.integers(min_value=-(10**17), max_value=10**17).map(Fraction),
    st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=999),
)
kinds = st.sampled_from([MASS, VOLUME, IU, activity(17)])


@given(amounts, kinds, st.sampled_from(".,"))
def test_no_amount_is_ever_shown_with_a_trailing_zero_a_naked_mark_or_as_nothing(steps, kind, mark) -> None:
    q = Quantity(steps, kind)
    shown = show(q, mark=mark)
    group = re.escape({".": ",", ",": NBSP}[mark])
    number = rf"{MINUS}?(0|[1-9][0-9]{{0,2}}({group}[0-9]{{3}})*)({re.escape(mark)}[0-9]*[1-9])?"
    assert re.fullmatch(rf"(less than )?{number}{NBSP}(mcg|mg|mL|IU|units?)", shown)
    assert shown.startswith(f"0{NBSP}") == q.is_zero


@given(st.integers(min_value=1, max_value=10**15 - 1), st.sampled_from([MASS, VOLUME]))
def test_an_amount_that_is_shown_without_grouping_parses_back(steps: int, kind) -> None:
    q = Quantity(steps, kind)
    u = natural_unit(q)
    assert parse(show(q, u).replace(",", ""), None, units=[u]).quantity == q
    assert parse(plain(q, u), u, units=[u]).quantity == q


@given(st.integers(min_value=1, max_value=10**15 - 1), st.sampled_from([IU, activity(17)]))
def test_an_activity_that_is_shown_to_six_decimals_parses_back(thousands: int, kind) -> None:
    q = Quantity(thousands * 1000, kind)
    u = natural_unit(q)
    number = show(q, u).replace(",", "").partition(NBSP)[0]
    assert parse(number, u, units=[u]).quantity == q
