"""What lapses and what is used in time: a table of cases, and that nothing is lost twice or comes back."""

from fractions import Fraction as F

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formulary.rules.horizon import Batch, Projected, project

UNKNOWN = Projected(None, None, None)


def batches(*pairs):
    return [Batch(F(left), F(keeps)) for left, keeps in pairs]


@pytest.mark.parametrize(
    ("pairs", "per_day", "expected"),
    [
        ([(30, 10)], 3, [(30, 0, 10)]),
        ([(31, 10)], 3, [(30, 1, 10)]),
        ([(29, 10)], 3, [(29, 0, F(29, 3))]),
        ([(30, 1)], F(1, 2), [(F(1, 2), F(59, 2), 1)]),
        ([(30, 10), (30, 20)], 3, [(30, 0, 10), (30, 0, 20)]),
        ([(60, 10), (60, 15)], 3, [(30, 30, 10), (15, 45, 15)]),
        ([(9, 10), (30, 5), (30, 20)], 3, [(9, 0, 3), (6, 24, 5), (30, 0, 15)]),
        ([(30, 20), (30, 10)], 3, [(30, 0, 10), (0, 30, None)]),
        ([(30, 0), (30, 10)], 3, [(0, 30, None), (30, 0, 10)]),
        ([(30, -5)], 3, [(0, 30, None)]),
        ([(0, 10), (6, 10)], 3, [(0, 0, None), (6, 0, 2)]),
        ([(30, 10)], 0, [(0, 30, None)]),
        ([], 3, []),
    ],
)
def test_batches_are_used_in_turn_and_what_is_left_at_their_end_is_lost(pairs, per_day, expected):
    assert project(batches(*pairs), F(per_day)) == tuple(Projected(*map(_exact, row)) for row in expected)


def _exact(value):
    return None if value is None else F(value)


def test_an_unknown_use_projects_nothing_but_what_has_lapsed_already():
    found = project(batches((30, 10), (30, 0)), None)
    assert found == (UNKNOWN, Projected(F(0), F(30), None))
    assert [each.is_known for each in found] == [False, True]
    assert project(batches((0, 10), (-1, 10)), None) == (Projected(F(0), F(0), None),) * 2
    assert project(batches((30, F(1, 2))), None) == (UNKNOWN,)


def test_a_use_below_nothing_is_a_mistake():
    with pytest.raises(ValueError, match="backwards"):
        project([], F(-1))


days = st.fractions(min_value=-5, max_value=400, max_denominator=50)
amounts = st.fractions(min_value=0, max_value=1000, max_denominator=50)


@given(st.lists(st.tuples(amounts, days), max_size=6), st.fractions(min_value=0, max_value=50))
def test_used_and_lost_are_all_there_was_and_no_day_uses_more_than_a_day(pairs, per_day):
    found = project(batches(*pairs), per_day)
    assert [each.used + each.lost for each in found] == [left for left, _ in pairs]
    assert all(each.ends <= keeps for each, (_, keeps) in zip(found, pairs, strict=True) if each.ends)
    ends = [each.ends for each in found if each.ends is not None]
    assert ends == sorted(ends)
    assert sum(each.used for each in found) <= per_day * max(ends, default=F(0))
