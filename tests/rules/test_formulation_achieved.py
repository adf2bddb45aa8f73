"""What was really drawn, beside what was planned: doses, concentrations, and how far off each line is."""

from fractions import Fraction

import pytest

from formulary.rules.formulation import Setting, achieved, solve
from tests.rules.builders import SALINE, TRANEXAMIC, a_draw, a_line, a_product, a_stock, per, q

LINES = (a_line(1, TRANEXAMIC, "20 mg"), a_line(2, SALINE, "qs"))
STRONG = a_stock(TRANEXAMIC, strength=per("110 mg/mL"))


def of(*draws, lines=LINES, **setting):
    """Planned: 0.2 mL of 100 mg/mL and 4.8 mL of saline; achieved: what was drawn."""
    return achieved(solve(lines, q("5 mL"), Setting(**setting)), draws)


@pytest.mark.parametrize(
    ("draws", "volume", "dose", "deviation"),
    [
        ([("0.2 mL", {})], "0.2 mL", "20 mg", Fraction(0)),
        ([("0.21 mL", {})], "0.21 mL", "21 mg", Fraction(5, 100)),
        ([("0.19 mL", {})], "0.19 mL", "19 mg", Fraction(-5, 100)),
        ([("0.15 mL", {}), ("0.06 mL", {})], "0.21 mL", "21 mg", Fraction(5, 100)),
        ([("0.2 mL", {"stock": STRONG})], "0.2 mL", "22 mg", Fraction(10, 100)),
        ([("0.1 mL", {"stock": STRONG}), ("0.1 mL", {})], "0.2 mL", "21 mg", Fraction(5, 100)),
        ([], "0 mL", "0 mg", Fraction(-1)),
    ],
)
def test_a_line_holds_what_was_drawn_at_the_strength_of_each_vial(draws, volume, dose, deviation):
    found = of(*(a_draw(LINES[0], measured, **more) for measured, more in draws)).line(1)
    assert (found.achieved_volume, found.achieved_dose, found.deviation) == (q(volume), q(dose), deviation)
    assert (found.volume, found.dose) == (q("0.2 mL"), q("20 mg"))


def test_of_an_unknown_strength_the_volume_tells_how_far_off_it_is():
    bare = a_product(9, "something", None)
    lines = (a_line(1, bare, "0.2 mL"), a_line(2, SALINE, "qs"))
    found = of(a_draw(lines[0], "0.25 mL"), lines=lines).line(1)
    assert (found.achieved_dose, found.achieved_concentration, found.delivered_dose) == (None, None, None)
    assert found.deviation == Fraction(1, 4)


def test_what_nothing_was_planned_of_is_not_off():
    lines = (a_line(1, TRANEXAMIC, "5 mL"), a_line(2, SALINE, "qs"))
    found = of(a_draw(lines[0], "5 mL"), a_draw(lines[1], "0.1 mL"), lines=lines)
    assert [x.deviation for x in found.lines] == [0, 0]
    bare = (lines[0], a_line(2, a_product(8, "water", None, of={"is_diluent": True}), "qs"))
    found = of(a_draw(bare[0], "5 mL"), a_draw(bare[1], "0.1 mL"), lines=bare)
    assert [x.deviation for x in found.lines] == [0, 0]


def test_a_concentration_is_the_dose_in_all_that_was_drawn():
    found = of(a_draw(LINES[0], "0.2 mL"), a_draw(LINES[1], "3.8 mL"))
    assert found.achieved_total == q("4 mL")
    assert found.line(1).achieved_concentration.ratio == per("5 mg/mL").ratio
    assert of().line(1).achieved_concentration is None


@pytest.mark.parametrize(
    ("saline", "dead_space", "delivered"),
    [
        ("4.8 mL", None, "20 mg"),
        ("4.8 mL", "0.5 mL", "18 mg"),  # 4.5 of 5 mL leave the needle
        ("5.3 mL", "0.5 mL", "18.181818 mg"),  # the 5 mL prescribed of 5.5 mL
        ("0.1 mL", "0.5 mL", "0 mg"),
    ],
)
def test_what_is_delivered_is_the_volume_prescribed_or_what_the_dead_space_leaves(
    saline, dead_space, delivered
):
    more = {"dead_space": q(dead_space)} if dead_space else {}
    found = of(a_draw(LINES[0], "0.2 mL"), a_draw(LINES[1], saline), **more).line(1)
    assert found.delivered_dose.rounded(q("0.000001 mg")) == q(delivered)
