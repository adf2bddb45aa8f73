"""What of a trace may still reach a patient, and what of that a hold stops."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from formulary.recalls.queries.lying import Lying
from formulary.recalls.queries.under_way import BUCKETS
from formulary.rules.trace import Node, Reached, Step, trace
from formulary.stock.queries import open_holds

STILL_OPEN = frozenset({"open", "sealed", *BUCKETS})
"""The states of a vial, a mixture or a cocktail from which something may still reach a patient."""


@dataclass(frozen=True)
class Marking:
    """What may still reach a patient, and what of it a hold stops: on a lot, a vial, or where it lies."""

    reached: Mapping[Node, Reached]
    steps: Sequence[Step]
    states: Mapping[Node, str]
    here: Sequence[Lying]

    def marks(self, holds: Mapping[int, Sequence[object]]) -> dict[Node, str]:
        """Of each thing that is still open, and of each lot that is on hold or leads to one."""
        open_now = [node for node, way in self.reached.items() if way.stands and self._is_open(node)]
        held_lots = {Node("lot", lot_id) for lot_id, some in holds.items() if some}
        vials, places = _held("vial"), _held("place")
        there = {row.vial_id for row in self.here if row.vial_id is not None and row.place_id in places}
        stopped = trace([*held_lots, *_as_mixed(vials)], self.steps)
        stays = {node for node, way in stopped.items() if way.stands} | set(_as_mixed(there))
        found = {node: self._mark(node, stays) for node in open_now}
        sealed = (Node("lot", lot_id) for lot_id in self._lie_sealed)
        leads = upstream([*open_now, *sealed], self.steps)
        lots = {Node("lot", lot_id) for lot_id in holds}
        return found | {lot: "held" if lot in held_lots else "stop" for lot in lots & (held_lots | leads)}

    def _mark(self, node: Node, stays: set[Node]) -> str:
        return "held" if node in stays and self.states[node] != "administering" else "stop"

    def _is_open(self, node: Node) -> bool:
        """A vial that was labelled and never opened is, while anything of its lot lies sealed."""
        state = self.states.get(node)
        if state != "sealed" or node.kind != "vial":
            return state in STILL_OPEN
        return self._lot_of[node] in self._lie_sealed

    @cached_property
    def _lot_of(self) -> dict[Node, int]:
        return {step.target: step.source.key for step in self.steps if step.target.kind == "vial"}

    @cached_property
    def _lie_sealed(self) -> set[int]:
        return {lot_id for lot_id, _ in shelves(self.here)}


def _held(kind: str) -> set[int]:
    return {hold.object_id for hold in open_holds().rows if hold.object_kind == kind}


def _as_mixed(vials: Iterable[int]) -> Iterator[Node]:
    """Each vial, and what was mixed in it."""
    for key in vials:
        yield from (Node("vial", key), Node("mixture", key))


def upstream(nodes: Iterable[Node], steps: Iterable[Step]) -> frozenset[Node]:
    """These, and whatever something of went into one of them."""
    return frozenset(trace(nodes, (Step(step.target, step.source) for step in steps if step.stands)))


def shelves(here: Iterable[Lying]) -> frozenset[tuple[int, int]]:
    """Each lot and place where something of it lies sealed."""
    return frozenset((row.lot_id, row.place_id) for row in here if not row.is_open)
