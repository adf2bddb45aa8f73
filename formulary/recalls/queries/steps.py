"""What went into what, from given lots to patients: one query that goes on until nothing new is found.

It reads the ledger itself and who was treated, none of the copies that make the answer quick: the two are
witnesses of one another.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    case,
    cast,
    exists,
    func,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased

from formulary.administrations.models import GIVEN, Administration, ImportedUse
from formulary.db import db
from formulary.db.bare import plain_rows
from formulary.db.prepared import values, whole, word, words
from formulary.patch_tests.models import PatchTest, PatchTestItem
from formulary.patients.models import Patient
from formulary.preparations.models import Attempt
from formulary.rules.trace import Node, Step
from formulary.stock.models import Lot, Movement, Place, Vial

KINDS = ("lot", "vial", "mixture", "cocktail", "test", "earlier", "patient")
"""What the trace tells apart: a mixture is a vial once it was reconstituted, a cocktail one attempt at it,
`earlier` a use that earlier records tell of.
"""
NUMBER = {kind: number for number, kind in enumerate(KINDS, 1)}
BEGUN = 0
ENDS = {"attempt": "preparation", "patch_test": "patch_test", "imported_use": "patient"}
"""The kind of place at which a movement has brought something into what its document names."""
INTO = {"attempt": "cocktail", "patch_test": "test", "imported_use": "earlier", "reconstitution": "mixture"}
Again, Mixed = aliased(Movement), aliased(Vial)
Stated = tuple[list[Step], dict[Node, str]]


def steps_from(lot_ids: Sequence[int]) -> Stated:
    """Every step that leads on from these lots, however far, and the state of what has one (vials, mixtures,
    attempts, tests), as it is now.
    """
    rows = plain_rows(_recursive(db.session.get_bind().dialect.name), {"lots": list(lot_ids)})
    steps = [Step(_node(*row[:2]), _node(*row[2:4]), row[4]) for row in rows]
    return steps, {step.target: row[5] for step, row in zip(steps, rows, strict=True) if row[5]}


def _node(kind: int, key: int) -> Node:
    return Node(KINDS[kind - 1], key)


@cache
def _recursive(dialect: str) -> Select[Any]:
    """SQLite takes each way as a part of its own; PostgreSQL allows one, which holds them all."""
    nowhere = (whole(BEGUN).label("source"), whole(BEGUN).label("source_key"))
    begun = (whole(NUMBER["lot"]).label("kind"), Lot.id.label("key"), true().label("stands"))
    start = db.select(*nowhere, *begun, cast(null(), String).label("state"))
    found = start.where(Lot.id.in_(values("lots"))).cte("found", recursive=True)
    here = (found.c.kind, found.c.key)
    ways = list(_ways(found))
    if dialect == "sqlite":
        walked = found.union(*(way.with_only_columns(*here, *way.selected_columns) for way in ways))
    else:
        step = union_all(*(way.correlate(found) for way in ways)).lateral("step")
        walked = found.union(select(*here, *step.c).select_from(found).join(step, true()))
    return select(walked).where(walked.c.source != whole(BEGUN))


def _ways(found: Any) -> Iterator[Select[Any]]:
    """Each kind of step from what was found: kind and key of where it leads, whether it stands, its state."""
    key = found.c.key
    yield _way("lot", Lot.id).where(_is(found, "lot"), Lot.made_from_id == key)
    yield _way("vial", Vial.id, state=Vial.state).where(_is(found, "lot"), Vial.lot_id == key)
    yield _moved().where(_is(found, "lot"), Movement.lot_id == key, Movement.vial_id.is_(None))
    yield _moved().where(_is(found, "vial", "mixture"), Movement.vial_id == key, _left_as(found))
    yield _noted().where(_is(found, "lot"), PatchTestItem.lot_id == key)
    yield _given().where(_is(found, "cocktail"), Administration.attempt_id == key)
    yield _way("patient", PatchTest.patient_id).where(_is(found, "test"), PatchTest.id == key)
    yield _way("patient", ImportedUse.patient_id).where(_is(found, "earlier"), ImportedUse.id == key)
    kept = Patient.merged_into_id
    yield _way("patient", kept).where(_is(found, "patient"), Patient.id == key, kept.is_not(None))


def _is(found: Any, *kinds: str) -> ColumnElement[bool]:
    return or_(*(found.c.kind == whole(NUMBER[kind]) for kind in kinds))


def _way(kind: str, key: Any, state: Any = None) -> Select[Any]:
    return _told(whole(NUMBER[kind]), key, true(), null() if state is None else state)


def _told(kind: Any, key: Any, stands: Any, state: Any) -> Select[Any]:
    return select(
        kind.label("kind"), key.label("key"), stands.label("stands"), cast(state, String).label("state")
    )


def _moved() -> Select[Any]:
    """What the ledger brought into something, also where that was taken back.

    Where it had to end stands in one expression: PostgreSQL would go through all movements of a kind.
    """
    is_into = {document: Movement.document_kind == word(document) for document in INTO}
    kind = case(*((is_into[document], whole(NUMBER[into])) for document, into in INTO.items()))
    ends = [(is_into[document], word(place)) for document, place in ENDS.items()]
    end = case(*ends, (is_into["reconstitution"], Place.kind))
    stands = ~exists().where(Again.reverses_id == Movement.id)
    state = func.coalesce(Attempt.state, PatchTest.state, Mixed.state)
    query = _told(kind, Movement.document_id, stands, state)
    query = query.select_from(Movement).join(Place, Place.id == Movement.to_place_id)
    for table, document in ((Attempt, "attempt"), (PatchTest, "patch_test"), (Mixed, "reconstitution")):
        query = query.outerjoin(table, and_(is_into[document], table.id == Movement.document_id))
    return query.where(Movement.reverses_id.is_(None), Place.kind == end)


def _left_as(found: Any) -> ColumnElement[bool]:
    """What left a vial once it was mixed left as the mixture; as itself it went into that."""
    mixing = word("reconstitution")
    own = and_(Movement.document_kind == mixing, Movement.document_id == Movement.vial_id)
    made, undone = aliased(Movement), aliased(Movement)
    of_it = (made.document_kind == mixing, made.document_id == Movement.vial_id, made.reverses_id.is_(None))
    mixed = exists().where(*of_it, ~exists().where(undone.reverses_id == made.id))
    return or_(and_(_is(found, "vial"), or_(own, ~mixed)), and_(_is(found, "mixture"), ~own))


def _noted() -> Select[Any]:
    """The tests of which somebody noted the lot, and nothing in the ledger tells."""
    booked = (Movement.document_kind == word("patch_test"), Movement.document_id == PatchTestItem.test_id)
    query = _way("test", PatchTestItem.test_id, state=PatchTest.state).select_from(PatchTestItem)
    query = query.join(PatchTest, PatchTest.id == PatchTestItem.test_id)
    return query.where(~exists().where(*booked, Movement.lot_id == PatchTestItem.lot_id))


def _given() -> Select[Any]:
    """Whom a session reached; nobody before it is closed, and nobody where it was not given."""
    closed = (Administration.state == word("closed"), Administration.outcome.in_(words(*GIVEN)))
    return _way("patient", Administration.patient_id).where(*closed)
