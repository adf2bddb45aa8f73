"""The trace of lots with the names of what a picture of it shows: the most urgent of each kind, and how many
there are in all.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from typing import Any, NamedTuple

from sqlalchemy import null, select
from sqlalchemy.orm import aliased

from formulary.accounts import Actor, RecallSight
from formulary.administrations.models import Administration, ImportedUse
from formulary.cocktails.models import Cocktail
from formulary.db.bare import plain_rows
from formulary.db.prepared import values, word
from formulary.patch_tests.models import PatchTest
from formulary.preparations.models import Attempt
from formulary.recalls.queries.lookup import holds_on
from formulary.recalls.queries.lots import Found, lots_found
from formulary.recalls.queries.lying import lying
from formulary.recalls.queries.marking import Marking, shelves, upstream
from formulary.recalls.queries.patients import Known, known_patients
from formulary.recalls.queries.steps import KINDS, steps_from
from formulary.rules.trace import Node, Reached, Step, trace
from formulary.stock.models import Delivery, Lot, Movement, Vial

BOXES = 5
"""So many boxes of a kind are drawn before the rest is one more."""
OF_PATIENTS = frozenset({"cocktail", "test", "earlier", "patient"})
"""What is of one patient: whoever sees counts alone sees how many there are."""


class Thing(NamedTuple):
    """What a box says of a thing: its code, more of it in words, and when."""

    code: str
    words: str
    at: datetime | None


class Came(NamedTuple):
    """A delivery that brought one of the lots."""

    id: int
    lot_id: int
    supplier: str
    note_number: str
    at: datetime


@dataclass(frozen=True)
class Traced:
    """Where these lots went, as known at `at`. Records that were merged count as the one that was kept.

    `shown` has what is drawn, by kind; `counts` how many there are, apart by whether a way to them stands;
    `things` and `patients` what is told of what is drawn. `marks` says of what may still reach a patient
    whether a hold stops it: "stop" where none does, or it is being given, else "held", as every lot on hold
    is. `sealed` is where each lot lies sealed; `given_to` whom a cocktail or an earlier use reached.
    """

    at: datetime
    found: Found
    steps: tuple[Step, ...]
    reached: Mapping[Node, Reached]
    states: Mapping[Node, str]
    marks: Mapping[Node, str]
    shown: Mapping[str, tuple[Node, ...]]
    counts: Mapping[tuple[str, bool], int]
    things: Mapping[Node, Thing]
    patients: Mapping[int, Known]
    came: tuple[Came, ...]
    sealed: frozenset[tuple[int, int]]
    given_to: frozenset[Node]

    @property
    def is_held(self) -> bool:
        """Whether a hold stands on each of the lots."""
        return all(self.mark_of(lot.id) == "held" for lot in self.found.lots)

    def mark_of(self, lot_id: int) -> str:
        """The mark of a lot; "" where nothing of it may reach anybody and no hold stands on it."""
        return self.marks.get(Node("lot", lot_id), "")

    @property
    def named(self) -> int:
        """How many patients it shows, by name or by code."""
        return sum(1 for known in self.patients.values() if known.code)

    @cached_property
    def leads_on(self) -> frozenset[Node]:
        """Everything behind which something lies that may still reach a patient and that no hold stops."""
        on_shelves = {Node("lot", lot_id) for lot_id, _ in self.sealed}
        loose = (node for node, mark in self.marks.items() if mark == "stop")
        return upstream((node for node in loose if node.kind != "lot" or node in on_shelves), self.steps)


def traced(lot_ids: Iterable[int], *, by: Actor, at: datetime) -> Traced:
    """The trace of these lots at every site; Missing where one is none. Its cost goes by what it finds."""
    found = lots_found(lot_ids)
    begun = [Node("lot", lot.id) for lot in found.exact]
    steps, states = steps_from([node.key for node in begun])
    reached = trace(begun, steps)
    here, lots = lying([lot.id for lot in found.lots]), found.lots
    marks = Marking(reached, steps, states, here).marks(holds_on(lots))
    kept = merged_into(steps)
    kinds = _by_kind({node: way for node, way in reached.items() if node not in kept}, marks)
    hidden = OF_PATIENTS if by.recall_sight is RecallSight.COUNTS else frozenset[str]()
    shown = {kind: () if kind in hidden else nodes[:BOXES] for kind, nodes in kinds.items()}
    counts = Counter((node.kind, reached[node].stands) for nodes in kinds.values() for node in nodes)
    keys = [node.key for node in shown["patient"]]
    return Traced(
        at, found, tuple(steps), reached, states, marks, shown, counts, dict(_things(shown)),
        known_patients(keys, by=by, at=at), _came(begun), shelves(here),
        frozenset(_given_to(reached, steps, kept)),
    )  # fmt: skip


def merged_into(steps: Iterable[Step]) -> dict[Node, Node]:
    """The record that was kept of each patient whose record was merged."""
    return {step.source: step.target for step in steps if step.source.kind == "patient"}


def _given_to(
    reached: Mapping[Node, Reached], steps: Iterable[Step], kept: Mapping[Node, Node]
) -> Iterator[Node]:
    for step in steps:
        if step.source.kind in {"cocktail", "earlier"} and step.stands and reached[step.source].stands:
            yield kept.get(step.target, step.target)


def _by_kind(reached: Mapping[Node, Reached], marks: Mapping[Node, str]) -> dict[str, tuple[Node, ...]]:
    """What may still reach somebody first, then what stands, the newest first."""

    def urgency(node: Node) -> tuple[int, bool, int]:
        return ("stop", "held", None).index(marks.get(node)), not reached[node].stands, -node.key

    kinds: dict[str, list[Node]] = {kind: [] for kind in KINDS}
    for node in reached:
        kinds[node.kind].append(node)
    return {kind: tuple(sorted(nodes, key=urgency)) for kind, nodes in kinds.items()}


def _things(shown: Mapping[str, Sequence[Node]]) -> Iterable[tuple[Node, Thing]]:
    for kind, query in _named().items():
        keys = [node.key for node in shown[kind]]
        rows = plain_rows(query, {"keys": keys}) if keys else []
        yield from ((Node(kind, key), Thing(code or "", words or "", at)) for key, code, words, at in rows)


@cache
def _named() -> Mapping[str, Any]:
    """Key, code, words and instant of what has a code of its own; of a cocktail how giving it ended."""
    fluid = aliased(Lot)
    mixed = select(Vial.id, Vial.code, fluid.number, Vial.reconstituted_at)
    cocktail = select(Attempt.id, Cocktail.code, Administration.outcome, Attempt.claimed_at)
    cocktail = cocktail.outerjoin(Administration, Administration.attempt_id == Attempt.id)
    found = {
        "vial": (Vial.id, select(Vial.id, Vial.code, null(), Vial.opened_at)),
        "mixture": (Vial.id, mixed.outerjoin(fluid, fluid.id == Vial.diluent_lot_id)),
        "cocktail": (Attempt.id, cocktail.join(Cocktail, Cocktail.id == Attempt.cocktail_id)),
        "test": (PatchTest.id, select(PatchTest.id, PatchTest.code, null(), PatchTest.applied_at)),
        "earlier": (ImportedUse.id, select(ImportedUse.id, null(), ImportedUse.written, ImportedUse.at)),
    }
    return {kind: query.where(key.in_(values("keys"))) for kind, (key, query) in found.items()}


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
