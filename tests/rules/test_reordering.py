"""What to order: usable and coming stock less the use until then, against two levels; states of orders."""

from fractions import Fraction as F

import pytest

from formulary.rules.reordering import (
    ACTS,
    TRANSITIONS,
    Coming,
    Lying,
    Wanted,
    allowed,
    middle,
    outstanding,
    planned,
    standing,
)

FAR = 400
KEEP = Wanted(minimum=10, target=30, lead_days=7, per_pack=10)
STATES = ("draft", "sent", "partly_received", "received", "cancelled")


def plan(*lying, coming=(), wanted=KEEP, use=F(0)):
    return planned([Lying(F(left), days) for left, days in lying], coming, wanted, use)


@pytest.mark.parametrize(
    ("lying", "coming", "use", "answer"),
    [
        ([(12, FAR)], [], F(0), (12, 0, 0)),
        ([(10, FAR)], [], F(0), (10, 0, 0)),
        ([(9, FAR)], [], F(0), (9, 21, 3)),
        ([(12, FAR)], [], F(1), (5, 25, 3)),
        ([(12, FAR)], [Coming(10)], F(1), (15, 0, 0)),
        ([(12, FAR)], [Coming(2, overdue=True)], F(1), (7, 23, 3)),
        ([], [], F(3), (0, 30, 3)),
        ([(F(19, 2), FAR)], [], F(1, 7), (F(17, 2), F(43, 2), 3)),
        ([(5, FAR), (5, FAR)], [], F(0), (10, 0, 0)),
    ],
    ids=[
        "above the minimum nothing",
        "at the minimum nothing",
        "below it up to the target, in whole packs",
        "what is used until the delivery counts",
        "what is on order counts",
        "what is overdue counts and says so",
        "less than nothing is nothing",
        "a part of a container counts exactly",
        "lots add up",
    ],
)
def test_a_suggestion_fills_up_to_the_target_once_it_would_be_below_the_minimum(lying, coming, use, answer):
    found = plan(*lying, coming=coming, use=use)
    assert (found.then, found.short, found.packs) == answer


@pytest.mark.parametrize(
    ("lying", "use", "lapsing"),
    [
        ([(4, 3)], F(0), 4),
        ([(4, 3)], F(1), 1),
        ([(4, 3)], F(2), 0),
        ([(4, 7)], F(0), 0),
        ([(2, 3), (9, 5)], F(1), 6),
        ([(9, 5), (2, 3)], F(1), 6),
        ([(4, 3), (9, FAR)], F(1), 1),
        ([(4, 0)], F(1), 4),
    ],
    ids=[
        "unused it lapses whole",
        "what is used before it lapses counts",
        "used up in time",
        "it lasts until the delivery",
        "the second waits for the first",
        "in whatever order they are told",
        "one that keeps is not touched",
        "on its last moment",
    ],
)
def test_what_lapses_before_it_is_used_is_not_there_when_the_delivery_comes(lying, use, lapsing):
    found = plan(*lying, use=use, wanted=KEEP)
    assert found.lapsing == lapsing


def test_overdue_is_told_apart_and_stays_on_order():
    found = plan((1, FAR), coming=[Coming(10, overdue=True), Coming(20)])
    assert (found.coming, found.overdue) == (30, 10)


@pytest.mark.parametrize(
    ("wanted", "use", "packs", "up_to", "use_known"),
    [
        (Wanted(), F(1), None, None, False),
        (Wanted(target=30), F(1), None, 30, False),
        (Wanted(minimum=10, lead_days=7), F(1), 10, 10, True),
        (Wanted(minimum=10, target=30), F(1), 27, 30, False),
        (Wanted(minimum=10, target=30, lead_days=7), None, 27, 30, False),
        (Wanted(minimum=0, target=30, lead_days=7), F(1), 0, 30, True),
    ],
    ids=[
        "without levels no number is suggested",
        "without a minimum none either",
        "without a target up to the minimum, and single containers without a pack",
        "without a lead time no use is taken off",
        "without history no use is taken off",
        "a minimum of nothing is not unknown",
    ],
)
def test_what_nobody_has_said_is_unknown_and_never_zero(wanted, use, packs, up_to, use_known):
    found = plan((3, FAR), wanted=wanted, use=use)
    assert (found.packs, found.up_to, found.use_known) == (packs, up_to, use_known)


@pytest.mark.parametrize(
    ("per_pack", "packs", "containers"), [(None, 27, 27), (1, 27, 27), (5, 6, 30), (27, 1, 27), (28, 1, 28)]
)
def test_packs_that_nobody_knows_are_single_containers(per_pack, packs, containers):
    found = plan((3, FAR), wanted=Wanted(minimum=10, target=30, per_pack=per_pack))
    assert (found.per_pack, found.packs, found.containers) == (per_pack or 1, packs, containers)


@pytest.mark.parametrize(("near", "then"), [(0, 3), (4, 7), (F(9, 2), F(15, 2))])
def test_what_waits_or_is_on_its_way_counts_as_there(near, then):
    assert planned([Lying(F(3), FAR)], [], KEEP, F(0), near=F(near)).then == then


@pytest.mark.parametrize(("left", "short"), [(9, True), (10, False), (11, False)])
def test_less_than_the_minimum_is_short(left, short):
    assert plan((left, FAR)).is_short is short


def test_what_was_eaten_of_the_first_lot_took_its_time():
    """Four of two a day last two days; then two are left of the six until the second lapses on day three."""
    assert plan((4, 2), (6, 3), use=F(2)).lapsing == 4


def test_without_a_minimum_no_containers_are_suggested():
    found = plan((3, FAR), wanted=Wanted(target=30, per_pack=5))
    assert (found.packs, found.containers, found.is_short, found.short) == (None, 0, False, 0)


def test_short_now_is_short_whatever_is_on_its_way():
    found = plan((9, FAR), coming=[Coming(50)])
    assert (found.is_short, found.packs) == (True, 0)


def test_the_usual_lead_time_is_the_median():
    assert (middle([]), middle([9]), middle([2, 9, 4]), middle([2, 9, 4, 5])) == (None, 9, 4, 5)
    assert (middle([9, 2]), middle([1, 10, 2, 8])) == (6, 5)


@pytest.mark.parametrize(
    ("kept", "lines", "state", "left"),
    [
        ("draft", [(20, 0, 0)], "draft", 20),
        ("sent", [(20, 0, 0)], "sent", 20),
        ("sent", [(20, 0, 5)], "partly_received", 15),
        ("sent", [(20, 0, 20), (5, 0, 0)], "partly_received", 5),
        ("sent", [(20, 0, 20)], "received", 0),
        ("sent", [(20, 0, 24)], "received", 0),
        ("sent", [(20, 5, 15)], "received", 0),
        ("sent", [(20, 20, 0)], "cancelled", 0),
        ("cancelled", [(20, 15, 5)], "cancelled", 0),
        ("cancelled", [(20, 20, 0)], "cancelled", 0),
        ("cancelled", [(20, 15, 0)], "sent", 5),
        ("cancelled", [], "cancelled", 0),
    ],
)
def test_how_far_an_order_has_come_is_computed_from_what_came(kept, lines, state, left):
    assert standing(kept, lines) == state
    assert sum(outstanding(*line) for line in lines) == left


def test_an_order_goes_through_no_other_act_than_those_of_the_table():
    legal = {(state, act) for state in STATES for act in ACTS if allowed(state, act)}
    assert legal == {
        ("draft", "add"), ("draft", "change"), ("draft", "send"), ("draft", "cancel"),
        ("sent", "add"), ("sent", "change"), ("sent", "receive"), ("sent", "cancel"),
        ("partly_received", "add"), ("partly_received", "change"), ("partly_received", "receive"),
        ("partly_received", "undo_receipt"), ("partly_received", "cancel"), ("received", "undo_receipt"),
        ("cancelled", "undo_receipt"),
    }  # fmt: skip
    assert {state for led in TRANSITIONS.values() for state in led} <= set(STATES)
