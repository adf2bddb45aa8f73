"""Regions of a picture, grids, needles and expected depths: whole numbers and fractions, no database."""

from fractions import Fraction

import pytest

from formulary.rules.injecting import CLOSER, Region, area_at, gauge_word, grid, is_expected
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


@pytest.mark.parametrize("centre", [(0, 5_000), (5_000, 0), (10_000, 5_000), (5_000, 10_000)])
def test_a_point_may_lie_on_the_edge_of_the_picture(centre):
    assert grid(Region("Edge", *centre, 1_000, 1_000), 1, APART) == (centre,)


@pytest.mark.parametrize("centre", [(100, 5_000), (5_000, 100), (9_900, 5_000), (5_000, 9_900)])
def test_no_point_lies_outside_the_picture(centre):
    spots = grid(Region("Edge", *centre, 1_000, 1_000), 30, (Fraction(90), Fraction(90)))
    assert len(set(spots)) == 30
    assert all(0 <= x <= 10_000 and 0 <= y <= 10_000 for x, y in spots)


@pytest.mark.parametrize(
    ("region", "count", "step"),
    [
        (LEFT, 1, APART),
        (LEFT, 30, (Fraction(37), Fraction(101))),
        (LEFT, 300, APART),
        (BOTH, 4, (Fraction(500), Fraction(200))),
        (BOTH, 300, (Fraction(150), Fraction(200))),
        (Region("Flat", 5_000, 5_000, 4_000, 300), 30, (Fraction(500), Fraction(20))),
        (Region("Edge", 5_000, 50, 1_000, 1_000), 90, (Fraction(60), Fraction(80))),
    ],
)
def test_a_grid_is_the_nearest_of_all_crossings_in_the_region(region, count, step):
    across, down = step
    while len(whole := crossings(region, across, down)) < count:
        across, down = across * CLOSER, down * CLOSER
    nearest = sorted(whole, key=lambda spot: (region.far(*spot), spot[1], spot[0]))[:count]
    assert sorted(grid(region, count, step)) == sorted((int(x), int(y)) for x, y in nearest)


def crossings(region, across, down):
    """Every crossing of the lattice in the region, found without any short cut."""
    columns, rows = int(region.rx / across), int(region.ry / down)
    around = range(-columns, columns + 1), range(-rows, rows + 1)
    every = [(region.x + across * n, region.y + down * m) for m in around[1] for n in around[0]]
    return [spot for spot in every if region.far(*spot) <= 1 and min(spot) >= 0 and max(spot) <= 10_000]


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
