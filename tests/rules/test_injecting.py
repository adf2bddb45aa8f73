"""Regions of a picture, grids, needles and expected depths: whole numbers and fractions, no database."""

from fractions import Fraction

import pytest

from formulary.rules.injecting import Region, area_at, gauge_word, grid, is_expected
from formulary.rules.units import Quantity

LEFT = Region("Left", 7_000, 5_000, 1_000, 2_000)
RIGHT = Region("Right", 3_000, 5_000, 1_000, 2_000)
BOTH = Region("Both", 5_000, 5_000, 4_000, 4_000, is_whole=True)
APART = (Fraction(200), Fraction(200))


@pytest.mark.parametrize(
    ("spot", "area"),
    [
        ((7_000, 5_000), "Left"),
        ((3_000, 5_000), "Right"),
        ((4_999, 5_000), "Right"),
        ((5_001, 5_000), "Left"),
        ((3_000, 9_000), "Right"),
        ((3_000, 9_001), None),
        ((0, 0), None),
    ],
)
def test_a_point_belongs_to_the_nearest_region_by_its_own_size(spot, area):
    assert area_at([BOTH, LEFT, RIGHT], spot) == area


def test_five_points_lie_round_the_centre_in_rows():
    assert grid(BOTH, 5, APART) == (
        (5_000, 4_800), (4_800, 5_000), (5_000, 5_000), (5_200, 5_000), (5_000, 5_200),
    )  # fmt: skip


@pytest.mark.parametrize("count", [1, 2, 7, 50, 200, 500])
def test_a_grid_has_so_many_points_and_all_in_the_region(count):
    spots = grid(LEFT, count, APART)
    assert len(set(spots)) == count
    assert all(LEFT.far(*spot) <= Fraction(101, 100) for spot in spots)


def test_where_there_is_no_room_for_them_they_are_drawn_closer():
    roomy, tight = (sorted({x for x, _ in grid(LEFT, count, APART)}) for count in (50, 400))
    assert (roomy[1] - roomy[0], tight[1] - tight[0] < 200) == (200, True)


@pytest.mark.parametrize(("count", "step"), [(0, APART), (5, (Fraction(0), Fraction(1)))])
def test_no_points_and_no_distance_is_no_grid(count, step):
    with pytest.raises(ValueError, match="cannot be laid out"):
        grid(LEFT, count, step)


@pytest.mark.parametrize(("gauge", "word"), [(18, "thick"), (26, "thick"), (27, "thin"), (30, "thin")])
def test_the_higher_the_gauge_the_thinner_the_needle(gauge, word):
    assert gauge_word(gauge) == word


@pytest.mark.parametrize(
    ("depth", "expected"), [("0.9", False), ("1", True), ("4", True), ("4.1", False), ("6", False)]
)
def test_one_to_four_millimetres_are_expected(depth, expected):
    assert is_expected(Quantity.of(depth, "mm")) is expected
