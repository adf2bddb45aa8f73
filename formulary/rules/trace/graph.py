"""Who was touched by a lot: everything that can be reached from it along what was moved, however far."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple


class Kind(StrEnum):
    """What a node of the trace is."""

    LOT = "lot"
    VIAL = "vial"
    COCKTAIL = "cocktail"
    PATIENT = "patient"


class Node(NamedTuple):
    """One lot, vial, cocktail or patient, by its id."""

    kind: Kind
    id: int


@dataclass(frozen=True, slots=True)
class Move:
    """One row of the ledger as far as a trace needs it: its lot, and vial, cocktail and patient where known.

    A diluent's move names its own lot and the vial it went into; a draw its vial and cocktail; a lot that a
    repacker made names the lot it was `made_from`.
    """

    id: int
    lot: int
    vial: int | None = None
    cocktail: int | None = None
    patient: int | None = None
    reverses: int | None = None
    made_from: int | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """What is in `source` went into `target` by this movement, which may have been undone."""

    source: Node
    target: Node
    move: int
    undone: bool = False


@dataclass(frozen=True, slots=True)
class Reached:
    """A node, how many links away, by which link; `undone` where every way to it has an undone link."""

    node: Node
    depth: int
    via: Link | None
    undone: bool


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything reached, the start included, in the order it was reached."""

    reached: Mapping[Node, Reached]
    backward: bool = False

    def of_kind(self, kind: Kind) -> tuple[Reached, ...]:
        """What was reached of one kind."""
        return tuple(each for each in self.reached.values() if each.node.kind is kind)

    def path_to(self, node: Node) -> tuple[Link, ...]:
        """The links from the start to the node; raises KeyError for a node that was not reached."""
        links: list[Link] = []
        step = self.reached[node]
        while step.via is not None:
            links.append(step.via)
            step = self.reached[step.via.target if self.backward else step.via.source]
        return tuple(reversed(links))


def links_of(moves: Iterable[Move]) -> tuple[Link, ...]:
    """The links that the moves stand for; a reversal adds none and marks those of its move as undone."""
    rows = list(moves)
    undone = {row.reverses for row in rows if row.reverses is not None}
    return tuple(
        Link(source, target, row.id, row.id in undone)
        for row in rows
        if row.reverses is None
        for source, target in pairwise(_chain(row))
    )


def _chain(move: Move) -> Iterator[Node]:
    ids = (
        (Kind.LOT, move.made_from),
        (Kind.LOT, move.lot),
        (Kind.VIAL, move.vial),
        (Kind.COCKTAIL, move.cocktail),
        (Kind.PATIENT, move.patient),
    )
    return (Node(kind, id_) for kind, id_ in ids if id_ is not None)


def trace(start: Iterable[Node], links: Iterable[Link], *, backward: bool = False) -> Trace:
    """Breadth first from `start` along the links (against them if `backward`), to the end, each node once.

    It goes one way only, so that what was mixed with a lot is not blamed for it. What only an undone movement
    leads to is reached too, and marked. Linear in the links; cycles do no harm.
    """
    starts = list(dict.fromkeys(start))
    table = _outgoing(links, backward)
    live = _search(starts, table, backward, live_only=True)
    every = _search(starts, table, backward, live_only=False)
    marked = {node: replace(step, undone=True) for node, step in every.items()}
    return Trace(marked | live, backward)


def _outgoing(links: Iterable[Link], backward: bool) -> dict[Node, list[Link]]:
    table: dict[Node, list[Link]] = {}
    for link in links:
        table.setdefault(link.target if backward else link.source, []).append(link)
    return table


def _search(
    starts: list[Node], table: Mapping[Node, list[Link]], backward: bool, *, live_only: bool
) -> dict[Node, Reached]:
    found = {node: Reached(node, 0, None, undone=False) for node in starts}
    queue = deque(starts)
    while queue:
        here = queue.popleft()
        for link in table.get(here, ()):
            there = link.source if backward else link.target
            if there in found or (live_only and link.undone):
                continue
            found[there] = Reached(there, found[here].depth + 1, link, undone=False)
            queue.append(there)
    return found
