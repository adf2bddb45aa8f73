"""From one dimension to another only by the substance's own figure, and that figure names its source."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formulary.rules.units import (
    IU,
    MASS,
    DimensionMismatch,
    Potency,
    Quantity,
    activity,
    activity_to_mass,
    drops_to_volume,
    from_equivalents,
    mass_to_activity,
    percent_in_volume,
    show_concentration,
    to_amount,
    to_equivalents,
    to_mass,
    unit,
)

# Molar masses in g/mol: ascorbic acid 176.13 [ASC3], thiamine HCl 337.27 [TRIS-B1], tranexamic acid 157.21,
# NaHCO3 84.007, anhydrous MgSO4 120.366, MgSO4 heptahydrate 246.47 (sums of standard atomic weights).
RETINOL = Potency(Quantity.of(1, "IU"), Quantity.of("0.3", "mcg"), "AQ1, DSID: 1 IU retinol = 0.3 mcg")


@pytest.mark.parametrize(
    ("mmol", "molar_mass", "mg"),
    [
        ("1", "176.13", "176.13"),
        ("2.5", "337.27", "843.175"),
        ("0.000001", "157.21", "0.00015721"),
        ("1", "392.57", "392.57"),
        ("1000", "84.007", "84007"),
    ],
)
def test_an_amount_of_substance_has_a_mass(mmol: str, molar_mass: str, mg: str) -> None:
    mass = to_mass(Quantity.of(mmol, "mmol"), Decimal(molar_mass))
    assert mass == Quantity.of(mg, "mg")
    assert to_amount(mass, Decimal(molar_mass)) == Quantity.of(mmol, "mmol")


def test_176_mg_at_176_12_is_a_little_less_than_one_mmol() -> None:
    # Calculated by hand: 176 / 176.12 = 0.99932.
    amount = to_amount(Quantity.of(176, "mg"), Decimal("176.12")).in_unit(unit("mmol"))
    assert round(amount, 5) == Fraction(99932, 100000)


@given(
    st.decimals(min_value="0.001", max_value="99999", places=3),
    st.fractions(min_value=0, max_value=10**9, max_denominator=10**6),
)
def test_to_mass_and_back_is_exact(molar_mass: Decimal, steps: Fraction) -> None:
    mass = Quantity(steps, MASS)
    assert to_mass(to_amount(mass, molar_mass), molar_mass) == mass


@pytest.mark.parametrize(
    "molar_mass", [Decimal(0), Decimal(-1), Decimal("NaN"), Decimal("Infinity"), 176.13, 176, "176"]
)
def test_a_molar_mass_is_a_positive_decimal(molar_mass: object) -> None:
    with pytest.raises(ValueError, match="molar mass"):
        to_mass(Quantity.of(1, "mmol"), molar_mass)
    with pytest.raises(ValueError, match="molar mass"):
        to_amount(Quantity.of(1, "mg"), molar_mass)


def test_a_wrong_dimension_has_no_mass() -> None:
    for q in (Quantity.of(1, "mg"), Quantity.of(1, "IU"), Quantity.of(1, "mEq"), Quantity.of(1, "mL")):
        with pytest.raises(DimensionMismatch):
            to_mass(q, Decimal("176.13"))
    with pytest.raises(DimensionMismatch):
        to_amount(Quantity.of(1, "mmol"), Decimal("176.13"))


def test_sodium_bicarbonate_of_8_4_per_cent_holds_one_milliequivalent_per_millilitre() -> None:
    # Calculated: 84 mg / 84.007 = 0.99992 mmol, valence 1.
    amount = to_amount(Quantity.of(84, "mg"), Decimal("84.007"))
    assert round(to_equivalents(amount, 1).in_unit(unit("mEq")), 3) == 1


def test_magnesium_sulfate_of_50_per_cent_holds_4_06_milliequivalents_per_millilitre() -> None:
    # Calculated as 4.057: 500 mg of the heptahydrate, 246.47 g/mol, valence 2.
    amount = to_amount(Quantity.of(500, "mg"), Decimal("246.47"))
    assert round(to_equivalents(amount, 2).in_unit(unit("mEq")), 3) == Fraction(4057, 1000)


@given(st.fractions(min_value=0, max_value=10**9), st.integers(min_value=1, max_value=8))
def test_equivalents_and_amount_go_back_and_forth(mmol: Fraction, valence: int) -> None:
    amount = Quantity.of(mmol, "mmol")
    equivalents = to_equivalents(amount, valence)
    assert equivalents.in_unit(unit("mEq")) == mmol * valence
    assert from_equivalents(equivalents, valence) == amount


@pytest.mark.parametrize("valence", [0, -1, 1.5, "2", True, None])
def test_a_valence_is_a_whole_number_from_one(valence: object) -> None:
    with pytest.raises(ValueError, match="valence"):
        to_equivalents(Quantity.of(1, "mmol"), valence)
    with pytest.raises(ValueError, match="valence"):
        from_equivalents(Quantity.of(1, "mEq"), valence)


def test_equivalents_are_not_an_amount() -> None:
    with pytest.raises(DimensionMismatch):
        to_equivalents(Quantity.of(1, "mEq"), 1)
    with pytest.raises(DimensionMismatch):
        from_equivalents(Quantity.of(1, "mmol"), 1)


def test_fifty_thousand_units_of_vitamin_a_are_fifteen_milligrams_of_retinol() -> None:
    # Aquasol A label, 50,000 units/mL = 15 mg retinol/mL [AQ1].
    assert activity_to_mass(Quantity.of(50_000, "IU"), RETINOL) == Quantity.of(15, "mg")
    assert mass_to_activity(Quantity.of(15, "mg"), RETINOL) == Quantity.of(50_000, "IU")


@given(st.fractions(min_value=0, max_value=10**9))
def test_activity_to_mass_and_back_is_exact(steps: Fraction) -> None:
    q = Quantity(steps, IU)
    assert mass_to_activity(activity_to_mass(q, RETINOL), RETINOL) == q


def test_a_factor_without_a_source_is_refused() -> None:
    for source in ("", "   "):
        with pytest.raises(ValueError, match="source"):
            Potency(Quantity.of(1, "IU"), Quantity.of("0.3", "mcg"), source)


@pytest.mark.parametrize(("activity_", "mass"), [("0", "0.3"), ("1", "0"), ("-1", "0.3")])
def test_a_factor_is_positive(activity_: str, mass: str) -> None:
    with pytest.raises(ValueError, match="positive"):
        Potency(Quantity.of(activity_, "IU"), Quantity.of(mass, "mcg"), "label")


def test_a_factor_is_from_activity_to_mass_and_of_one_product() -> None:
    mg, botox, dysport = Quantity.of(1, "mg"), unit("units", activity(17)), unit("units", activity(18))
    for left, right in ((mg, mg), (Quantity.of(1, "mmol"), mg), (Quantity.of(1, "IU"), Quantity.of(1, "mL"))):
        with pytest.raises(DimensionMismatch):
            Potency(left, right, "label")
    own = Potency(Quantity.of(100, botox), Quantity.of("0.1", "mg"), "an invented label")
    assert activity_to_mass(Quantity.of(50, botox), own) == Quantity.of("0.05", "mg")
    for other in (Quantity.of(50, dysport), Quantity.of(50, "IU")):
        with pytest.raises(DimensionMismatch):
            activity_to_mass(other, own)


def test_drops_have_a_volume_only_by_the_products_own_figure() -> None:
    assert drops_to_volume(Quantity.of(20, "drop"), Fraction(20)) == Quantity.of(1, "mL")
    assert drops_to_volume(Quantity.of(1, "drop"), Fraction(15)) == Quantity.of(Fraction(1, 15), "mL")
    with pytest.raises(ValueError, match="drops per mL"):
        drops_to_volume(Quantity.of(1, "drop"), Fraction(0))
    with pytest.raises(DimensionMismatch):
        drops_to_volume(Quantity.of(1, "mL"), Fraction(20))


def test_a_percentage_weight_in_volume_is_a_pair() -> None:
    # 1 % (w/v) is 1 g in 100 mL, which is 10 mg/mL.
    assert percent_in_volume(Decimal(3)) == (Quantity.of(3, "g"), Quantity.of(100, "mL"))
    assert show_concentration(*percent_in_volume(Decimal("0.9"))) == "9\u00a0mg/mL"
