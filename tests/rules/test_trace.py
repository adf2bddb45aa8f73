"""From a lot to everyone it touched, and back: through every mixture, once each, blaming no sibling."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formulary.rules.trace import Kind, Link, Move, Node, links_of, trace

L, V, C, P = Kind.LOT, Kind.VIAL, Kind.COCKTAIL, Kind.PATIENT


def reached(start: Node, moves: list[Move], *, backward: bool = False) -> dict[str, list[int]]:
    found = trace([start], links_of(moves), backward=backward)
    return {kind.value: [each.node.id for each in found.of_kind(kind)] for kind in Kind}


# Two lots: 1 tranexamic acid, 2 glutathione, 3 water that reconstituted the glutathione in vial 21.
MELASMA = [
    Move(1, lot=1, vial=11),
    Move(2, lot=2, vial=21),
    Move(3, lot=3, vial=21),
    Move(4, lot=1, vial=11, cocktail=100),
    Move(5, lot=2, vial=21, cocktail=100),
    Move(6, lot=1, vial=11, cocktail=101),
    Move(7, lot=1, cocktail=100, patient=1000),
    Move(8, lot=2, cocktail=100, patient=1000),
    Move(9, lot=1, cocktail=101, patient=1001),
]


def test_a_lot_leads_through_vials_and_cocktails_to_patients() -> None:
    assert reached(Node(L, 1), MELASMA) == {
        "lot": [1],
        "vial": [11],
        "cocktail": [100, 101],
        "patient": [1000, 1001],
    }


def test_a_sibling_of_the_same_mixture_is_not_blamed() -> None:
    assert reached(Node(L, 2), MELASMA)["patient"] == [1000]
    assert reached(Node(L, 2), MELASMA)["lot"] == [2]


def test_a_diluent_leads_to_the_patient_of_what_it_dissolved() -> None:
    assert reached(Node(L, 3), MELASMA) == {"lot": [3], "vial": [21], "cocktail": [100], "patient": [1000]}


def test_one_vial_does_not_blame_the_others_of_its_lot() -> None:
    moves = [
        *MELASMA,
        Move(10, lot=1, vial=12),
        Move(11, lot=1, vial=12, cocktail=102),
        Move(12, lot=1, cocktail=102, patient=1002),
    ]
    assert reached(Node(V, 12), moves) == {"lot": [], "vial": [12], "cocktail": [102], "patient": [1002]}


def test_a_patient_leads_back_to_every_lot() -> None:
    assert reached(Node(P, 1000), MELASMA, backward=True)["lot"] == [1, 2, 3]
    assert reached(Node(P, 1001), MELASMA, backward=True)["lot"] == [1]


def test_a_repackers_lot_leads_back_to_the_makers_and_forward_from_it() -> None:
    moves = [
        Move(1, lot=50, made_from=5),
        Move(2, lot=50, cocktail=100),
        Move(3, lot=50, cocktail=100, patient=7),
    ]
    assert reached(Node(L, 5), moves) == {"lot": [5, 50], "vial": [], "cocktail": [100], "patient": [7]}
    assert reached(Node(P, 7), moves, backward=True)["lot"] == [50, 5]


def test_a_patch_test_leads_to_its_patient_without_a_cocktail() -> None:
    assert reached(Node(L, 1), [Move(1, lot=1, vial=11, patient=1000)])["patient"] == [1000]


def test_what_only_an_undone_movement_leads_to_is_seen_and_marked() -> None:
    moves = [
        Move(1, lot=1, vial=11),
        Move(2, lot=1, vial=11, cocktail=100),
        Move(3, lot=1, vial=11, cocktail=100, reverses=2),
        Move(4, lot=2, cocktail=100, patient=1000),
    ]
    found = trace([Node(L, 1)], links_of(moves)).reached
    assert {node.id: step.undone for node, step in found.items()} == {
        1: False,
        11: False,
        100: True,
        1000: True,
    }


def test_a_draw_that_was_undone_and_made_again_is_live() -> None:
    moves = [
        Move(1, lot=1, vial=11, cocktail=100),
        Move(2, lot=1, vial=11, cocktail=100, reverses=1),
        Move(3, lot=1, vial=11, cocktail=100),
    ]
    assert not any(step.undone for step in trace([Node(L, 1)], links_of(moves)).reached.values())


def test_a_wasted_intermediate_is_still_seen() -> None:
    moves = [Move(1, lot=1, vial=11), Move(2, lot=1, vial=11, cocktail=100), Move(3, lot=1, cocktail=100)]
    assert reached(Node(L, 1), moves)["cocktail"] == [100]


def test_there_is_no_cap_on_depth() -> None:
    chain = [Link(Node(L, n), Node(L, n + 1), n) for n in range(50_000)]
    found = trace([Node(L, 0)], chain)
    assert found.reached[Node(L, 50_000)].depth == 50_000
    assert len(found.path_to(Node(L, 50_000))) == 50_000


def test_a_cycle_ends() -> None:
    links = [Link(Node(L, a), Node(L, b), 10 * a + b) for a, b in ((1, 2), (2, 3), (3, 1))]
    assert {node.id for node in trace([Node(L, 1)], links).reached} == {1, 2, 3}


def test_the_path_says_by_which_movements() -> None:
    found = trace([Node(L, 3)], links_of(MELASMA))
    assert [link.move for link in found.path_to(Node(P, 1000))] == [3, 5, 7]
    assert found.path_to(Node(L, 3)) == ()
    with pytest.raises(KeyError):
        found.path_to(Node(P, 1001))


def test_nothing_moved_is_an_answer() -> None:
    assert reached(Node(L, 1), []) == {"lot": [1], "vial": [], "cocktail": [], "patient": []}
    assert trace([], links_of(MELASMA)).reached == {}


# --- against brute force ---

nodes = st.builds(Node, st.sampled_from(list(Kind)), st.integers(0, 4))
graphs = st.lists(st.builds(Link, nodes, nodes, st.integers(0, 99), st.booleans()), max_size=25)


def closure(starts: set[Node], links: list[Link]) -> set[Node]:
    """Repeated until nothing is added: slow, and plainly right."""
    found = set(starts)
    while True:
        more = {link.target for link in links if link.source in found} - found
        if not more:
            return found
        found |= more


@given(st.sets(nodes, max_size=3), graphs)
def test_it_equals_brute_force_on_any_graph(starts, links) -> None:
    found = trace(starts, links).reached
    assert set(found) == closure(starts, links)
    live = {node for node, step in found.items() if not step.undone}
    assert live == closure(starts, [link for link in links if not link.undone])


@given(st.sets(nodes, max_size=3), graphs)
def test_backward_equals_forward_on_the_graph_turned_round(starts, links) -> None:
    turned = [Link(link.target, link.source, link.move, link.undone) for link in links]
    back, forth = trace(starts, links, backward=True).reached, trace(starts, turned).reached
    assert {n: (s.depth, s.undone) for n, s in back.items()} == {
        n: (s.depth, s.undone) for n, s in forth.items()
    }


@given(st.sets(nodes, min_size=1, max_size=3), graphs, st.booleans())
def test_every_path_is_connected_and_is_live_unless_marked(starts, links, backward) -> None:
    found = trace(starts, links, backward=backward)
    for node, step in found.reached.items():
        path = found.path_to(node)
        ends = [(link.target, link.source) if backward else (link.source, link.target) for link in path]
        assert all(a[1] == b[0] for a, b in pairwise(ends))
        assert not path or (ends[0][0] in starts and ends[-1][1] == node)
        assert step.undone == any(link.undone for link in path)


moves = st.lists(
    st.builds(
        Move,
        id=st.integers(0, 10**6),
        lot=st.integers(0, 3),
        vial=st.none() | st.integers(0, 3),
        cocktail=st.none() | st.integers(0, 3),
        patient=st.none() | st.integers(0, 3),
        made_from=st.none() | st.integers(4, 6),
    ),
    max_size=15,
    unique_by=lambda move: move.id,
)


@given(moves, st.integers(0, 6))
def test_nobody_who_received_something_of_the_lot_is_left_out(rows, lot: int) -> None:
    found = reached(Node(L, lot), rows)
    for row in rows:
        if lot in (row.lot, row.made_from):
            for kind, value in (("vial", row.vial), ("cocktail", row.cocktail), ("patient", row.patient)):
                assert value is None or value in found[kind]
