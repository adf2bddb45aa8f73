"""What is proposed where no syringe measures a volume: a dilution, with its figures."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formulary.rules.formulation import aliquot, sorted_syringes
from formulary.rules.units import Quantity
from tests.rules.builders import SALINE, SYRINGES, TRANEXAMIC, a_line, ask, q

FIFTH, TENTH, FIVE_PER_CENT = Fraction(1, 5), Fraction(1, 10), Fraction(5, 100)


def proposed(volume: str, fill=FIFTH, tolerance=FIVE_PER_CENT, room=None, syringes=SYRINGES):
    found = aliquot(q(volume), syringes, fill, tolerance=tolerance, room=None if room is None else q(room))
    return None if found is None else (found.take, found.made, found.draw)


# Syringes of 1 mL (0.01), 3 mL (0.1), 5 mL and 10 mL (0.2), filled to a fifth at least.
@pytest.mark.parametrize(
    ("volume", "take", "made", "draw"),
    [
        ("0.1 mL", "0.2 mL", "0.4 mL", "0.2 mL"),  # the weakest dilution that does
        ("0.035 mL", "0.2 mL", "2 mL", "0.35 mL"),
        ("0.04 mL", "0.2 mL", "1 mL", "0.2 mL"),  # 1 in 2 would fill less than a fifth
        ("0.102 mL", "0.2 mL", "1 mL", "0.51 mL"),  # 1 in 2 would be 2 % off: exact first
        ("0.1004 mL", "0.2 mL", "0.4 mL", "0.2 mL"),  # 0.4 % off, and nothing is exact
        ("0.01 mL", "0.2 mL", "4 mL", "0.2 mL"),  # 1 in 20
        ("0.004 mL", "0.2 mL", "10 mL", "0.2 mL"),
    ],
)
def test_a_small_volume_is_drawn_out_of_a_dilution(volume, take, made, draw):
    assert proposed(volume) == (q(take), q(made), q(draw))


def test_a_tenth_of_a_syringe_is_enough_where_the_site_says_so():
    assert proposed("0.035 mL", fill=TENTH) == (q("0.1 mL"), q("1 mL"), q("0.35 mL"))


def test_without_a_tolerance_only_an_exact_draw_is_proposed():
    assert proposed("0.1004 mL", tolerance=None) is None
    assert proposed("0.035 mL", tolerance=None) == (q("0.2 mL"), q("2 mL"), q("0.35 mL"))


@pytest.mark.parametrize(("room", "fits"), [("0.315 mL", True), ("0.314999 mL", False), ("0 mL", False)])
def test_the_diluent_in_it_must_fit_the_mixture(room, fits):
    assert (proposed("0.035 mL", room=room) is not None) is fits


@pytest.mark.parametrize("volume", ["0 mL", "0.001 mL", "20 mL"])
def test_nothing_is_proposed_where_no_dilution_can_be_measured(volume):
    assert proposed(volume) is None


def test_nothing_is_proposed_without_syringes():
    assert proposed("0.035 mL", syringes=()) is None


@given(st.integers(min_value=1, max_value=3 * 10**6))
def test_every_step_of_a_proposal_can_be_measured(nanolitres):
    volume = Quantity.of(nanolitres, "mL") / 10**6
    found = aliquot(volume, sorted_syringes(SYRINGES), FIFTH, tolerance=FIVE_PER_CENT)
    if found is None:
        return
    marks = {syringe.graduation for syringe in SYRINGES}
    for step in (found.take, found.made, found.draw):
        assert any((step / mark).denominator == 1 for mark in marks)
    assert found.holds == found.draw * (found.take / found.made)
    assert abs(found.holds / volume - 1) == found.error <= FIVE_PER_CENT
    assert found.draw < found.made


def of(volume, product=TRANEXAMIC, last="qs", target="5 mL"):
    return {"lines": (a_line(1, product, volume), a_line(2, SALINE, last)), "target": q(target)}


def test_what_cannot_be_measured_names_the_dilution_with_its_figures():
    (finding,) = ask("M1", **of("0.035 mL"))
    assert finding.remedy.replace("\u00a0", " ") == (
        "Prepare a larger volume or dilute 0.2 mL of it to 2 mL with "
        "sodium chloride 0.9 % 9 mg/mL, then draw 0.35 mL."
    )


def test_without_a_diluent_that_makes_up_no_figures_are_named():
    (finding,) = ask("M1", **of("0.004 mL", last="4.996 mL"))
    assert finding.remedy == "Prepare a larger volume or dilute it first and draw more."


def test_what_must_not_be_mixed_is_not_diluted_either():
    kept = replace(TRANEXAMIC, ingredient=replace(TRANEXAMIC.ingredient, do_not_mix=True))
    (finding,) = ask("M1", **of("0.035 mL", product=kept))
    assert finding.remedy == "Prepare a larger volume or dilute it first and draw more."


def test_what_no_dilution_makes_measurable_names_no_figures():
    (finding,) = ask("M1", **of("0.0001 mL"))
    assert finding.remedy == "Prepare a larger volume or dilute it first and draw more."
