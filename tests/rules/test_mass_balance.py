"""Eleven figures that sum to the last step, whatever was moved."""

from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formulary.rules.trace import MassBalance, mass_balance, net_by_kind
from formulary.rules.trace.balance import KINDS

NAMES = (
    "received", "found", "on_hand", "in_preparation", "prepared", "administered",
    "tested", "wasted", "returned", "destroyed", "unaccounted",
)  # fmt: skip


def balance(*moves: tuple[str, str, int], prepared: int = 0) -> dict[str, int]:
    """The figures that are not zero."""
    figures = asdict(mass_balance(net_by_kind(moves), prepared))
    return {name: value for name, value in figures.items() if value}


def test_it_has_the_eleven_lines_in_their_order() -> None:
    assert tuple(asdict(mass_balance({}))) == NAMES


def test_a_lot_that_was_received_is_on_hand() -> None:
    assert balance(("supplier", "storage", 600)) == {"received": 600, "on_hand": 600}
    assert balance(("supplier", "quarantine", 600)) == {"received": 600, "on_hand": 600}


def test_every_kind_of_place_has_its_line() -> None:
    moves = [("supplier", "storage", 1000), ("storage", "in_use", 500), ("in_use", "preparation", 200)]
    moves += [("preparation", "patient", 90), ("preparation", "waste", 10), ("in_use", "patch_test", 5)]
    moves += [("storage", "returned", 100), ("storage", "destroyed", 50), ("storage", "in_transit", 20)]
    assert balance(*moves, prepared=60) == {
        "received": 1000,
        "on_hand": 330 + 295 + 20,
        "in_preparation": 40,
        "prepared": 60,
        "administered": 90,
        "tested": 5,
        "wasted": 10,
        "returned": 100,
        "destroyed": 50,
    }


def test_what_a_count_found_missing_is_unaccounted() -> None:
    found = balance(("supplier", "storage", 600), ("storage", "lost_or_found", 40))
    assert found == {"received": 600, "on_hand": 560, "unaccounted": 40}
    assert not mass_balance(
        net_by_kind([("supplier", "storage", 600), ("storage", "lost_or_found", 40)])
    ).balances


def test_what_a_count_found_in_excess_is_found() -> None:
    found = balance(("supplier", "storage", 600), ("lost_or_found", "storage", 40))
    assert found == {"received": 600, "found": 40, "on_hand": 640}


def test_what_was_lost_and_found_again_is_neither() -> None:
    moves = [("supplier", "storage", 600), ("storage", "lost_or_found", 40), ("lost_or_found", "storage", 40)]
    assert balance(*moves) == {"received": 600, "on_hand": 600}
    assert mass_balance(net_by_kind(moves)).balances


def test_a_reversal_undoes_its_line() -> None:
    moves = [("supplier", "storage", 600), ("storage", "waste", 100), ("waste", "storage", 100)]
    assert balance(*moves) == {"received": 600, "on_hand": 600}


def test_what_was_given_more_than_was_there_shows() -> None:
    moves = [
        ("supplier", "storage", 100),
        ("lost_or_found", "preparation", 20),
        ("preparation", "patient", 20),
    ]
    assert balance(*moves) == {"received": 100, "found": 20, "on_hand": 100, "administered": 20}


def test_nothing_is_left_out_in_silence() -> None:
    with pytest.raises(ValueError, match="shelf"):
        mass_balance({"storage": 1, "shelf": 1})


amounts = st.integers(min_value=1, max_value=2**62)
ledgers = st.lists(
    st.tuples(st.sampled_from(sorted(KINDS)), st.sampled_from(sorted(KINDS)), amounts), max_size=30
)


@given(ledgers, st.integers(min_value=0, max_value=2**62))
def test_received_and_found_equal_the_sum_of_the_other_nine(moves, prepared: int) -> None:
    figures = mass_balance(net_by_kind(moves), prepared)
    assert figures.received + figures.found == sum(getattr(figures, name) for name in NAMES[2:])
    assert all(type(getattr(figures, name)) is int for name in NAMES)


@given(ledgers)
def test_what_is_unaccounted_is_what_went_to_lost_or_found(moves) -> None:
    figures = mass_balance(net_by_kind(moves))
    gained = net_by_kind(moves).get("lost_or_found", 0)
    assert (figures.unaccounted, figures.found) == (max(0, gained), max(0, -gained))
    assert isinstance(figures, MassBalance)
