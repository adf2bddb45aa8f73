"""How far something went: the nearest first, each thing once, along the steps and never against them."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from formulary.rules.trace import Node, Reached, Step, trace

THINGS = 7
PLACES = st.integers(0, THINGS - 1)
STEPS = st.lists(st.tuples(PLACES, PLACES, st.booleans()), max_size=14)


def lot(key: int) -> Node:
    """A lot."""
    return Node("lot", key)


def cocktail(key: int) -> Node:
    """A cocktail."""
    return Node("cocktail", key)


def patient(key: int) -> Node:
    """A patient."""
    return Node("patient", key)


def test_it_goes_all_the_way_the_nearest_first() -> None:
    steps = [Step(cocktail(1), patient(1)), Step(lot(1), lot(2)), Step(lot(2), cocktail(1))]
    found = trace([lot(1)], [*steps, Step(lot(1), cocktail(1))])
    assert list(found.items()) == [
        (lot(1), Reached(0)),
        (lot(2), Reached(1)),
        (cocktail(1), Reached(1)),
        (patient(1), Reached(2)),
    ]


def test_no_depth_is_too_deep() -> None:
    steps = [Step(lot(key), lot(key + 1)) for key in range(5_000)]
    assert trace([lot(0)], steps)[lot(5_000)] == Reached(5_000)


def test_steps_that_go_round_end() -> None:
    steps = [Step(lot(1), lot(2)), Step(lot(2), lot(1)), Step(lot(2), lot(2))]
    assert trace([lot(1)], steps) == {lot(1): Reached(0), lot(2): Reached(1)}


def test_what_else_went_into_a_mixture_is_not_reached() -> None:
    steps = [Step(lot(1), cocktail(1)), Step(lot(2), cocktail(1)), Step(lot(2), cocktail(2))]
    assert set(trace([lot(1)], steps)) == {lot(1), cocktail(1)}


def test_what_was_taken_back_is_seen_with_all_behind_it_and_does_not_stand() -> None:
    steps = [Step(lot(1), cocktail(1), stands=False), Step(cocktail(1), patient(1))]
    assert trace([lot(1)], steps) == {
        lot(1): Reached(0),
        cocktail(1): Reached(1, stands=False),
        patient(1): Reached(2, stands=False),
    }


def test_one_way_that_stands_is_enough_and_tells_how_far_it_is() -> None:
    back = Step(lot(1), cocktail(1), stands=False)
    round_about = [Step(lot(1), lot(2)), Step(lot(2), cocktail(1))]
    assert trace([lot(1)], [back, *round_about])[cocktail(1)] == Reached(2)
    assert trace([lot(1)], [back, Step(lot(1), cocktail(1))])[cocktail(1)] == Reached(1)


def test_what_it_begins_with_is_reached_also_where_no_step_knows_it() -> None:
    assert trace([lot(1), lot(1), lot(9)], []) == {lot(1): Reached(0), lot(9): Reached(0)}


@given(rows=STEPS, begun=st.sets(PLACES, min_size=1, max_size=3))
def test_it_equals_every_path_tried_out(rows: list[tuple[int, int, bool]], begun: set[int]) -> None:
    steps = [Step(lot(source), lot(target), stands) for source, target, stands in rows]
    sure, every = (shortest(rows, begun, taken_back=taken_back) for taken_back in (False, True))
    wanted = {lot(key): Reached(sure.get(key, away), key in sure) for key, away in every.items()}
    assert trace(map(lot, begun), steps) == wanted


def shortest(rows: list[tuple[int, int, bool]], begun: set[int], *, taken_back: bool) -> dict[int, int]:
    """How far each thing is, by going on from every pair to every third (Floyd and Warshall)."""
    far = THINGS * THINGS
    away = {(a, b): 0 if a == b else far for a, b in product(range(THINGS), repeat=2)}
    for source, target, stands in rows:
        if (stands or taken_back) and source != target:
            away[source, target] = 1
    for through, a, b in product(range(THINGS), repeat=3):
        away[a, b] = min(away[a, b], away[a, through] + away[through, b])
    nearest = {key: min(away[start, key] for start in begun) for key in range(THINGS)}
    return {key: steps for key, steps in nearest.items() if steps < far}
