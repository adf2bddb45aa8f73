"""When a difference of a count is above the limit: a share, an absolute, or nothing decided at all."""

from fractions import Fraction

import pytest

from formulary.rules.counting import Tolerated, is_above, own_limit

SHARE = Tolerated(share=Fraction(1, 20))


@pytest.mark.parametrize(
    ("tolerated", "own", "expected", "found", "above"),
    [
        (Tolerated(), None, 10, 10, False),
        (Tolerated(), None, 10, 11, True),
        (SHARE, None, 100, 95, False),
        (SHARE, None, 100, 94, True),
        (SHARE, None, 100, 106, True),
        (SHARE, None, 0, 1, True),
        (Tolerated(), 5, 100, 105, False),
        (Tolerated(), 5, 100, 94, True),
        (SHARE, 10, 100, 94, True),
        (SHARE, 2, 100, 97, True),
        (SHARE, 0, 100, 99, True),
    ],
)
def test_whichever_limit_is_exceeded_counts(
    tolerated: Tolerated, own: int | None, expected: int, found: int, above: bool
) -> None:
    assert is_above(expected, found, tolerated, own) is above


@pytest.mark.parametrize(
    ("container", "is_vial", "is_volume", "limit"),
    [
        (5, False, True, 10),
        (None, False, True, None),
        (5, True, True, 300),
        (5, True, False, None),
    ],
)
def test_shelves_are_limited_in_containers_and_vials_in_volume(
    container: int | None, is_vial: bool, is_volume: bool, limit: int | None
) -> None:
    tolerated = Tolerated(containers=2, volume=300)
    assert own_limit(tolerated, container=container, is_vial=is_vial, is_volume=is_volume) == limit
    assert own_limit(Tolerated(), container=container, is_vial=is_vial, is_volume=is_volume) is None
