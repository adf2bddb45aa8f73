"""What a syringe makes of a volume: which one, how it rounds, and what happens at its edges."""

from fractions import Fraction

import pytest

from formulary.rules.facts import SitePolicies, Syringe
from formulary.rules.formulation import Setting, solve
from formulary.rules.formulation.devices import final_syringe, measure, sorted_syringes
from formulary.rules.units import show
from tests.rules.builders import ROUTE, SALINE, SYRINGES, a_limit, a_line, a_product, q

FIFTH = Fraction(1, 5)


def measured(volume: str, *, ties_down: bool = False, syringes=SYRINGES):
    return measure(q(volume), syringes, FIFTH, ties_down=ties_down)


# Capacity and graduation as seen: 1 mL 0.01, 3 mL 0.1, 5 mL 0.2, 10 mL 0.2.
@pytest.mark.parametrize(
    ("volume", "syringe", "rounded", "too_little"),
    [
        ("0.2 mL", "1 mL syringe", "0.2 mL", False),  # exactly a fifth full
        ("0.199999 mL", "1 mL syringe", "0.2 mL", True),
        ("0.004 mL", "1 mL syringe", "0 mL", True),
        ("1 mL", "1 mL syringe", "1 mL", False),  # full to the brim
        ("1.000001 mL", "3 mL syringe", "1 mL", False),
        ("3 mL", "3 mL syringe", "3 mL", False),
        ("3.1 mL", "5 mL syringe", "3.2 mL", False),  # half a mark: up
        ("3.09 mL", "5 mL syringe", "3 mL", False),
        ("5.000001 mL", "10 mL syringe", "5 mL", False),
        ("10 mL", "10 mL syringe", "10 mL", False),
    ],
)
def test_the_smallest_syringe_that_holds_it(volume, syringe, rounded, too_little):
    found = measured(volume)
    assert (found.syringe.name, found.volume, found.too_little) == (syringe, q(rounded), too_little)


def test_ties_go_up_and_down_where_a_hard_maximum_holds():
    assert measured("0.205 mL").volume == q("0.21 mL")
    assert measured("0.205 mL", ties_down=True).volume == q("0.2 mL")
    assert measured("0.2051 mL", ties_down=True).volume == q("0.21 mL")


def test_a_line_with_a_hard_maximum_rounds_its_ties_down():
    limited = a_product(limits=(a_limit("300 mg"),))
    for product, expected in ((limited, "0.2 mL"), (a_product(), "0.21 mL")):
        setting = Setting(route=ROUTE, syringes=SYRINGES)
        line = solve([a_line(1, product, "0.205 mL"), a_line(2, SALINE, "qs")], q("5 mL"), setting).line(1)
        assert line.achieved_volume == q(expected)


@pytest.mark.parametrize(("volume", "times"), [("10.1 mL", 2), ("20 mL", 2), ("20.1 mL", 3)])
def test_more_than_any_syringe_holds_takes_several_draws(volume, times):
    found = measured(volume)
    assert (found.syringe.name, found.times) == ("10 mL syringe", times)
    assert abs(found.volume - q(volume)) <= q("0.1 mL")


def test_of_two_syringes_of_one_size_the_finer_is_taken():
    coarse, fine = (
        Syringe(f"10 mL by {mark}", q("10 mL"), q(f"{mark} mL"), None, "two makers")
        for mark in ("0.5", "0.2")
    )
    assert sorted_syringes([coarse, fine]) == (fine, coarse)


def test_without_syringes_nothing_is_rounded_and_none_is_named():
    found = measured("0.6666 mL", syringes=())
    assert (found.volume, found.syringe) == (q("0.6666 mL"), None)


def test_nothing_to_draw_takes_no_syringe():
    assert measured("0 mL").syringe is None


@pytest.mark.parametrize(
    ("prepared", "name"),
    [("5 mL", "5 mL syringe"), ("5.2 mL", "10 mL syringe"), ("2.5 mL", "3 mL syringe"), ("5.12 mL", None)],
)
def test_the_final_syringe_is_the_smallest_with_a_mark_at_what_is_prepared(prepared, name):
    found = final_syringe(q(prepared), SYRINGES, FIFTH)
    assert (found.name if found else None) == name


def test_the_diluent_is_drawn_to_the_mark_where_there_is_one():
    lines = [a_line(1, typed="0.203 mL"), a_line(2, SALINE, "qs")]
    to_mark = solve(lines, q("5 mL"), Setting(syringes=SYRINGES))
    assert (to_mark.line(2).to_mark, show(to_mark.line(2).achieved_volume)) == (True, "4.8\u00a0mL")
    assert to_mark.achieved_total == q("5 mL")


def test_and_by_itself_where_there_is_none():
    lines = [a_line(1, typed="0.203 mL"), a_line(2, SALINE, "qs")]
    by_itself = solve(lines, q("5.12 mL"), Setting(syringes=SYRINGES)).line(2)
    assert (by_itself.to_mark, by_itself.achieved_volume) == (False, q("5 mL"))


def test_rounding_up_never_leaves_a_negative_diluent():
    lines = [a_line(1, typed="0.998 mL"), a_line(2, SALINE, "qs")]
    solution = solve(lines, q("0.999 mL"), Setting(syringes=SYRINGES))
    assert (solution.line(1).achieved_volume, solution.line(2).achieved_volume) == (q("1 mL"), q("0 mL"))


def test_a_fifth_is_the_smallest_fill_unless_the_site_says_otherwise():
    """WORKFLOW 2, M1: less than 20 % of the capacity is too little."""
    assert SitePolicies(zone="Europe/Paris").smallest_fill == Setting().smallest_fill == FIFTH


def test_where_nothing_is_left_to_make_up_no_syringe_is_named():
    lines = [a_line(1, typed="5 mL"), a_line(2, SALINE, "qs")]
    rest = solve(lines, q("5 mL"), Setting(syringes=SYRINGES)).line(2)
    assert (rest.syringe, rest.to_mark, rest.achieved_volume) == (None, False, q("0 mL"))


def test_a_hard_maximum_of_another_route_or_a_soft_one_rounds_no_tie_down():
    for limit in (a_limit("300 mg", route="intravenous"), a_limit("300 mg", hard=False)):
        setting = Setting(route=ROUTE, syringes=SYRINGES)
        lines = [a_line(1, a_product(limits=(limit,)), "0.205 mL"), a_line(2, SALINE, "qs")]
        assert solve(lines, q("5 mL"), setting).line(1).achieved_volume == q("0.21 mL")
