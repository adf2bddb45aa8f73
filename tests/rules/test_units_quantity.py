"""The laws of quantities: exact, within one dimension, never a float, never a truth value."""

import copy
import decimal
import operator
import pickle
from decimal import Decimal
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
    Rounding,
    activity,
    conversion_factor,
    parse,
    plain,
    round_fraction,
    total,
    unit,
    units_of,
)

CODES = ("mcg", "mg", "g", "kg", "mL", "L", "IU", "mmol", "mEq", "mm", "drop")
MASSES = ("mcg", "mg", "g", "kg")
fractions = st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=10**6)
masses = fractions.map(lambda steps: Quantity(steps, MASS))
units_in_use = st.sampled_from([unit(code) for code in CODES] + [unit("units", activity(17))])
digits = st.from_regex(r"(0|[1-9][0-9]{0,8})(\.[0-9]{1,6})?", fullmatch=True).filter(lambda t: Decimal(t) > 0)


@given(digits, units_in_use, st.sampled_from(".,"))
def test_what_is_typed_comes_back_exactly(text: str, u, mark: str) -> None:
    decimals = len(text.partition(".")[2].rstrip("0"))
    if decimals > u.decimals or Decimal(text) * u.steps > 2**63 - 1:
        return
    read = parse(text.replace(".", mark), u, units=[u], mark=mark)
    again = parse(plain(read.quantity, u, mark), u, units=[u], mark=mark)
    assert (again.quantity, again.notes) == (read.quantity, ())
    assert Fraction(Decimal(text)) == read.quantity.in_unit(u)


@given(st.integers(min_value=1, max_value=10**15 - 1), units_in_use)
def test_a_stored_quantity_round_trips_through_its_plain_number(steps: int, u) -> None:
    q = Quantity(steps, u.dimension)
    assert Quantity.of(plain(q, u), u) == q
    assert Quantity(q.whole(), u.dimension) == q


@given(fractions, st.sampled_from(MASSES), st.sampled_from(MASSES), st.sampled_from(MASSES))
def test_conversion_is_transitive_and_has_a_way_back(value: Fraction, a: str, b: str, c: str) -> None:
    ab, bc, ac = (conversion_factor(unit(x), unit(y)) for x, y in ((a, b), (b, c), (a, c)))
    assert value * ab * bc == value * ac
    assert conversion_factor(unit(a), unit(b)) * conversion_factor(unit(b), unit(a)) == 1
    assert Quantity.of(value, a).in_unit(unit(c)) == value * ac


@given(masses, masses, masses)
def test_addition_is_exact_whatever_the_order(a: Quantity, b: Quantity, c: Quantity) -> None:
    assert (a + b) + c == a + (b + c) == total([c, b, a], MASS)
    assert a + b - b == a
    assert a - a == Quantity.zero(MASS) == total([], MASS)


@given(masses, st.integers(min_value=1, max_value=997))
def test_dividing_and_multiplying_leaves_no_dust(q: Quantity, n: int) -> None:
    assert q / n * n == n * (q / n) == q
    assert total([q / n] * n, MASS) == q


@given(masses, masses)
def test_comparison_is_by_value(a: Quantity, b: Quantity) -> None:
    assert (a < b, a <= b, a > b, a >= b) == (
        a.steps < b.steps,
        a.steps <= b.steps,
        a.steps > b.steps,
        a.steps >= b.steps,
    )
    assert (a == b) == (a.steps == b.steps)


@given(fractions, st.sampled_from(list(Rounding)))
def test_rounding_agrees_with_the_decimal_module(value: Fraction, mode: Rounding) -> None:
    eighths = Fraction(round(value * 8), 8)
    context = decimal.Context(prec=60)
    exact = context.divide(Decimal(eighths.numerator), Decimal(eighths.denominator))
    assert round_fraction(eighths, mode) == int(exact.to_integral_value(rounding=mode.value))


@given(masses, st.integers(min_value=1, max_value=10**6), st.sampled_from(list(Rounding)))
def test_rounding_lands_on_the_step_and_less_than_one_step_away(
    q: Quantity, size: int, mode: Rounding
) -> None:
    step = Quantity(size, MASS)
    rounded = q.rounded(step, mode)
    assert (rounded / step).denominator == 1
    assert abs(rounded - q) < step


@pytest.mark.parametrize(
    ("mode", "up"), [(Rounding.HALF_DOWN, "0.5"), (Rounding.HALF_UP, "0.52"), ("ROUND_HALF_EVEN", "0.52")]
)
def test_a_tie_between_two_graduations_goes_as_asked(mode: str, up: str) -> None:
    # 0.51 mL on a 3 mL syringe with 0.02 mL graduations lies halfway.
    assert Quantity.of("0.51", "mL").rounded(Quantity.of("0.02", "mL"), mode) == Quantity.of(up, "mL")


def test_two_products_units_never_meet() -> None:
    botox, dysport = (Quantity.of(20, unit("units", activity(key))) for key in (17, 18))
    international = Quantity.of(20, "IU")
    for other in (dysport, international, Quantity.of(20, "mg")):
        for act in ("__add__", "__sub__", "__lt__", "__le__", "__gt__", "__ge__", "__truediv__"):
            with pytest.raises(DimensionMismatch):
                getattr(botox, act)(other)
        with pytest.raises(DimensionMismatch):
            total([botox, other], botox.dimension)
        assert botox != other


def test_a_mass_and_a_volume_do_not_add_not_even_nothing_of_them() -> None:
    with pytest.raises(DimensionMismatch):
        Quantity.zero(MASS) + Quantity.zero(VOLUME)
    assert Quantity.zero(MASS) != Quantity.zero(VOLUME)


@pytest.mark.parametrize("value", [0.1, float("nan"), 1e3, True, None, b"1"])
def test_no_float_and_no_truth_value_becomes_a_quantity(value: object) -> None:
    with pytest.raises(TypeError):
        Quantity.of(value, "mg")
    with pytest.raises(TypeError):
        Quantity(value, MASS)


@pytest.mark.parametrize("value", [0.5, Decimal("0.5"), "2", None])
def test_a_factor_is_a_whole_number_or_a_fraction(value: object) -> None:
    with pytest.raises(TypeError):
        Quantity.of(1, "mg") * value
    with pytest.raises(TypeError):
        Quantity.of(1, "mg") / value
    with pytest.raises(TypeError):
        Quantity.of(1, "mg") + value


@pytest.mark.parametrize(
    "text", ["", " 1", "1 ", "+1", "1e3", "NaN", "1,5", "1_0", "\uff11", ".5", "5.", "0x1"]
)
def test_our_own_tables_are_written_plainly(text: str) -> None:
    with pytest.raises(ValueError, match="plain number"):
        Quantity.of(text, "mg")


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_no_endless_decimal_becomes_a_quantity(value: str) -> None:
    with pytest.raises(ValueError, match="finite"):
        Quantity.of(Decimal(value), "mg")


def test_a_quantity_has_no_truth_value() -> None:
    for q in (Quantity.zero(MASS), Quantity.of(1, "mg")):
        with pytest.raises(TypeError, match="is_zero"):
            bool(q)
    assert Quantity.zero(MASS).is_zero and not Quantity.of(1, "mg").is_zero


def test_only_a_whole_number_of_steps_is_stored() -> None:
    assert Quantity.of("0.5", "mL").whole() == 500_000
    third = Quantity.of(1, "mL") / 3
    with pytest.raises(Inexact):
        third.whole()
    assert third.to_step().whole() == 333_333
    assert third.to_step(Rounding.UP).whole() == 333_334


def test_a_quantity_does_not_change_and_can_be_a_key() -> None:
    q = Quantity.of(1, "mg")
    for name in ("steps", "dimension", "other"):
        with pytest.raises((AttributeError, TypeError)):
            setattr(q, name, 2)
    assert {q: "one"}[Quantity.of("1000", "mcg")] == "one"
    assert copy.deepcopy(q) == pickle.loads(pickle.dumps(q)) == q  # noqa: S301 - our own bytes


def test_its_representation_is_exact_and_names_the_dimension() -> None:
    assert repr(Quantity.of("12.5", "mg")) == "<12500000 ng mass>"
    assert repr(Quantity(Fraction(1, 3), IU)) == "<1/3 nIU iu>"
    assert repr(Quantity.of(1, unit("units", activity(17)))) == "<1000000000 nunit units:17>"


def test_a_field_reads_what_its_own_plain_number_says_in_every_unit_it_offers() -> None:
    for u in units_of(MASS):
        q = Quantity.of("2.5", u)
        assert parse(plain(q, u), u, units=units_of(MASS)).quantity == q


@pytest.mark.parametrize("other", [1, Fraction(1, 2), "1 mg", None])
def test_a_quantity_goes_with_quantities_alone(other) -> None:
    one = Quantity.of(1, "mg")
    for act in (operator.add, operator.sub, operator.lt, operator.le, operator.gt, operator.ge):
        with pytest.raises(TypeError):
            act(one, other)
    with pytest.raises(TypeError):
        operator.mul(one, one)
    assert one != other


def test_a_dimension_that_was_copied_is_the_same_dimension() -> None:
    other = Quantity(1_000_000, copy.deepcopy(MASS))
    assert Quantity.of(1, "mg") + other == Quantity.of(2, "mg")
    assert Quantity.of(1, "mg") <= other
