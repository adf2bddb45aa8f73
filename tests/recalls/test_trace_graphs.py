"""Who is in an answer is who has a lot of it in them, in thousands of histories that nobody wrote.

Each history is written as rows, asked, and taken back. Two ways lead to an answer: the trace, which reads the
ledger step by step, and the lookup, which reads what was copied for it; both are held against what is in
everybody, worked out backwards in plain sets.
"""

from __future__ import annotations

import os
from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from formulary.db import transaction
from formulary.recalls import queries
from formulary.recalls.queries.steps import steps_from
from formulary.recalls.queries.tested import tested as applied
from formulary.rules.trace import Node, trace
from tests.recalls.graph_rows import Ground, Rows
from tests.recalls.graphs import GIVEN, LIVE, NUMBERS, Graph, graphs, key

ASKED_FOR = os.environ.get("FORMULARY_GRAPHS")
GRAPHS = int(ASKED_FOR or "1000")
"""On each of the two databases: the same ones every day, others where somebody asks for so many."""
BUCKETS = dict(zip(LIVE, "EEDC", strict=True))


class TakenBack(Exception):
    """The history was asked, and is undone."""


def asked(graph: Graph, ground: Ground, check) -> None:
    """Write a history, ask it, and take it back whatever came."""
    with suppress(TakenBack), transaction():
        Rows(graph, ground).write()
        check(graph)
        raise TakenBack


def traced(lots):
    """Everything that the trace of these lots comes to, and whether it stands."""
    begun = [Node("lot", lot) for lot in lots]
    return {node: found.stands for node, found in trace(begun, steps_from(lots)[0]).items()}


def in_everything(graph: Graph, lots):
    """The same, backwards: everything that has one of these lots in it."""
    wanted = {lot - key(0) for lot in lots}
    sure, every = graph.contents(every=False), graph.contents(every=True)
    return {
        node: not wanted.isdisjoint(sure.get(node, ()))
        for node, inside in every.items()
        if not wanted.isdisjoint(inside)
    }


def answered(lots):
    """What the lookup says of these lots: buckets A to E, and how many patients A is."""
    return {
        "A": {(row.patient_id, row.cocktail_id) for row in queries.everybody(lots)},
        "B": {row.test_id for row in applied(lots)},
        "C to E": {(row.bucket, row.cocktail_id) for row in queries.under_way(lots)},
        "patients": queries.reach(lots).patients,
    }


def worked_out(graph: Graph, reached):
    """The same from what was reached."""
    sure = {node for node, stands in reached.items() if stands}
    cocktails = [
        (n, who, state) for n, (who, state) in enumerate(graph.cocktails) if Node("cocktail", key(n)) in sure
    ]
    earlier = [who for n, (who, _) in enumerate(graph.earlier) if Node("earlier", key(n)) in sure]
    given = [(who, n) for n, who, state in cocktails if state in GIVEN]
    received = {(key(who), key(n)) for who, n in given} | {(key(who), None) for who in earlier}
    return {
        "A": received,
        "B": {node.key for node in sure if node.kind == "test"},
        "C to E": {(BUCKETS[state], key(n)) for n, _, state in cocktails if state in BUCKETS},
        "patients": len({graph.kept(who - key(0)) for who, _ in received}),
    }


def a_number_is_answered(graph: Graph):
    """The number of the last lot, as the box finds it: with all other lots that have it."""
    number = graph.lots[-1][0]
    wanted = [key(place) for place, lot in enumerate(graph.lots) if lot[0] == number]
    found, reached = queries.find_lots(NUMBERS[number]), in_everything(graph, wanted)
    lots = [lot.id for lot in found.lots]
    assert [lot.id for lot in found.exact] == wanted
    assert set(lots) == {node.key for node in reached if node.kind == "lot"}
    assert traced(wanted) == reached
    assert answered(lots) == worked_out(graph, reached)


def every_lot_is_traced(graph: Graph):
    for place in range(len(graph.lots)):
        assert traced([key(place)]) == in_everything(graph, [key(place)])


@settings(
    max_examples=GRAPHS,
    derandomize=ASKED_FOR is None,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)
@given(graph=graphs())
def test_the_trace_and_the_answer_equal_brute_force(cast, ground, graph):
    asked(graph, ground, lambda told: (a_number_is_answered(told), every_lot_is_traced(told)))


@pytest.fixture
def ground(app):
    return Ground()


def shapes(graph: Graph):
    """What of a recall's hard cases a history holds."""
    drawn = {draw.into for draw in graph.draws if draw.stands}
    mixed = {one.into for one in graph.mixings if one.stands}
    products = {(number, product) for number, product, _ in graph.lots}
    steps = [len(graph.origins(lot)) for lot in range(len(graph.lots))]
    moved = [graph.kept(graph.cocktails[n][0]) != graph.cocktails[n][0] for n in drawn]
    yield "a draw that was taken back", any(not draw.stands for draw in graph.draws)
    yield "a reconstitution that was taken back", any(not one.stands for one in graph.mixings)
    yield "a patch test that was taken back", any(not spot.stands for spot in graph.spots)
    yield "a cocktail that was wasted", any(graph.cocktails[n][1] == "wasted" for n in drawn)
    yield "a session in which nothing was given", any(graph.cocktails[n][1] == "not_given" for n in drawn)
    yield "a patient who was merged after treatment", any(moved)
    yield "a number that two products have", len({number for number, _ in products}) < len(products)
    yield "a mixture made with a mixture", any(one.vial in mixed for one in graph.mixings if one.stands)
    yield "a lot made from one that was made from another", max(steps) > 2
    yield "two records merged into one", len([1 for kept in graph.merged if kept is not None]) > 1
    yield "a test from no vial", any(how == "booked" for _, _, how in graph.loose)
    yield "a test of which the lot alone is on record", any(how == "noted" for _, _, how in graph.loose)
    yield "earlier records", bool(graph.earlier)


def test_the_graphs_hold_the_hard_cases_of_a_recall():
    seen = Counter()

    @settings(max_examples=300, deadline=None, derandomize=True, database=None)
    @given(graph=graphs())
    def look(graph):
        seen.update({name: int(is_so) for name, is_so in shapes(graph)})

    look()
    assert [(name, count) for name, count in seen.items() if count < 10] == []
    assert len(seen) == 13
