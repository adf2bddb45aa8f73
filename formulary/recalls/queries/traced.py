"""The trace of lots with the names of what a picture of it shows: the most urgent of each kind, and how many
there are in all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import aliased

from formulary.accounts import Actor, RecallSight
from formulary.administrations.models import ImportedUse
from formulary.cocktails.models import Cocktail
from formulary.db.bare import plain_rows
from formulary.db.prepared import values, word
from formulary.patch_tests.models import PatchTest
from formulary.preparations.models import Attempt
from formulary.recalls.queries.lookup import holds_on
from formulary.recalls.queries.lots import Found, FoundLot, lots_found
from formulary.recalls.queries.patients import Known, known_patients
from formulary.recalls.queries.steps import KINDS, steps_from
from formulary.recalls.queries.under_way import BUCKETS
from formulary.rules.trace import Node, Reached, Step, trace
from formulary.stock.models import Delivery, Lot, Movement, Vial

BOXES = 5
"""So many boxes of a kind are drawn before the rest is one more."""
STILL_OPEN = frozenset({"open", "sealed", *BUCKETS})
"""The states of a vial or a cocktail from which something may still reach a patient."""


class Thing(NamedTuple):
    """What a box says of a thing: its code, more of it in words, when, and the key of its page."""

    code: str
    words: str
    at: datetime | None
    page: int


class Came(NamedTuple):
    """A delivery that brought one of the lots."""

    id: int
    lot_id: int
    supplier: str
    note_number: str
    at: datetime


@dataclass(frozen=True)
class Traced:
    """Where these lots went, as known at `at`; `shown` has the keys that are drawn, by kind, and `things` and
    `patients` what is told of them. Records that were merged count as the one that was kept.
    """

    at: datetime
    found: Found
    steps: tuple[Step, ...]
    reached: Mapping[Node, Reached]
    states: Mapping[Node, str]
    shown: Mapping[str, tuple[Node, ...]]
    counts: Mapping[str, int]
    things: Mapping[Node, Thing]
    patients: Mapping[int, Known]
    came: tuple[Came, ...]
    is_held: bool

    def state(self, node: Node) -> str:
        """The state of a vial, a cocktail or a test, "" of what has none."""
        return self.states.get(node, "")

    def is_open(self, node: Node) -> bool:
        """Whether something of it may still reach a patient."""
        return self.reached[node].stands and self.state(node) in STILL_OPEN

    @property
    def named(self) -> int:
        """How many patients it shows, by name or by code."""
        return sum(1 for known in self.patients.values() if known.code)


def traced(lot_ids: Iterable[int], *, by: Actor, at: datetime) -> Traced:
    """The trace of these lots at every site; Missing where one is none. Its cost goes by what it finds."""
    found = lots_found(lot_ids)
    begun = [Node("lot", lot.id) for lot in found.exact]
    steps, states = steps_from([node.key for node in begun])
    reached = trace(begun, steps)
    kinds = _by_kind(_without_merged(reached, steps), states)
    sees = by.recall_sight is not RecallSight.COUNTS
    shown = {kind: nodes[:BOXES] if sees or kind != "patient" else () for kind, nodes in kinds.items()}
    keys = [node.key for node in shown["patient"]]
    return Traced(
        at, found, tuple(steps), reached, states, shown, {kind: len(kinds[kind]) for kind in KINDS},
        dict(_things(shown)), known_patients(keys, by=by, at=at), _came(begun), _all_held(found.lots),
    )  # fmt: skip


def _without_merged(reached: Mapping[Node, Reached], steps: Iterable[Step]) -> dict[Node, Reached]:
    merged = {step.source for step in steps if step.source.kind == "patient"}
    return {node: way for node, way in reached.items() if node not in merged}


def _by_kind(reached: Mapping[Node, Reached], states: Mapping[Node, str]) -> dict[str, tuple[Node, ...]]:
    """What may still reach somebody first, then what stands, the newest first."""

    def urgency(node: Node) -> tuple[bool, bool, int]:
        stands = reached[node].stands
        return not (stands and states.get(node) in STILL_OPEN), not stands, -node.key

    kinds: dict[str, list[Node]] = {kind: [] for kind in KINDS}
    for node in reached:
        kinds[node.kind].append(node)
    return {kind: tuple(sorted(nodes, key=urgency)) for kind, nodes in kinds.items()}


def _all_held(lots: Sequence[FoundLot]) -> bool:
    return all(holds_on(lots).values())


def _things(shown: Mapping[str, Sequence[Node]]) -> Iterable[tuple[Node, Thing]]:
    for kind, query in _named().items():
        keys = [node.key for node in shown[kind]]
        rows = plain_rows(query, {"keys": keys}) if keys else []
        yield from ((Node(kind, key), Thing(*told)) for key, *told in rows)


@cache
def _named() -> Mapping[str, Any]:
    """Key, code, words, instant and page of what has a code of its own."""
    fluid = aliased(Lot)
    vial = select(Vial.id, Vial.code, Lot.number, Vial.opened_at, Vial.id).join(Lot, Lot.id == Vial.lot_id)
    mixed = select(Vial.id, Vial.code, fluid.number, Vial.reconstituted_at, Vial.id)
    cocktail = select(Attempt.id, Cocktail.code, Attempt.state, Attempt.claimed_at, Cocktail.id)
    test = select(PatchTest.id, PatchTest.code, PatchTest.state, PatchTest.applied_at, PatchTest.id)
    earlier = select(ImportedUse.id, word("earlier"), ImportedUse.written, ImportedUse.at, ImportedUse.id)
    return {
        "vial": vial.where(Vial.id.in_(values("keys"))),
        "mixture": mixed.outerjoin(fluid, fluid.id == Vial.diluent_lot_id).where(Vial.id.in_(values("keys"))),
        "cocktail": cocktail.join(Cocktail, Cocktail.id == Attempt.cocktail_id).where(
            Attempt.id.in_(values("keys"))
        ),
        "test": test.where(PatchTest.id.in_(values("keys"))),
        "earlier": earlier.where(ImportedUse.id.in_(values("keys"))),
    }


def _came(begun: Sequence[Node]) -> tuple[Came, ...]:
    """The deliveries of these lots that were not taken back, the latest first."""
    rows = plain_rows(_deliveries(), {"lots": [node.key for node in begun]})
    return tuple(Came(*row) for row in rows)


@cache
def _deliveries() -> Any:
    again = aliased(Movement)
    columns = (Delivery.id, Movement.lot_id, Delivery.supplier, Delivery.note_number, Delivery.received_at)
    query = select(*columns).join(Movement, Movement.document_id == Delivery.id)
    brought = (Movement.document_kind == word("delivery"), Movement.reverses_id.is_(None))
    query = query.where(*brought, ~select(again.id).where(again.reverses_id == Movement.id).exists())
    query = query.where(Movement.lot_id.in_(values("lots"))).distinct()
    return query.order_by(Delivery.received_at.desc(), Delivery.id.desc())
