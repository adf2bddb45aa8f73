"""Recall cases in tests: made and taken forward in a line, and what a test reads of them."""

from __future__ import annotations

from typing import Any

from formulary import clock
from formulary.accounts import Actor
from formulary.db import db, transaction
from formulary.recalls import actions, queries
from formulary.recalls.actions import NewCase
from formulary.recalls.models import RecallCase, RecallLot, RecallStopped
from formulary.recalls.queries import Scope
from formulary.stock.models import Hold
from tests.support.world import Cast


def officer() -> Actor:
    """The recall officer."""
    return Cast().actor("recall")


def did(act: Any, *given: Any, by: Actor | None = None, **more: Any) -> Any:
    """An act of the recall officer in a transaction of its own."""
    with transaction():
        return act(*given, **more, at=clock.now(), by=by or officer())


def a_case(number: str, *steps: Any, told: dict[str, Any] | None = None, **scope: Any) -> RecallCase:
    """A case about a number, taken through these steps."""
    more = told or {}
    is_drill = more.pop("is_drill", False)
    case = did(
        actions.create_case, NewCase("Glass in vials", **more), Scope(number, **scope), is_drill=is_drill
    )
    for step in steps:
        did(step, case.id)
    return now(case)


def now(case: RecallCase) -> RecallCase:
    """The case as it stands in the database."""
    db.session.expire_all()
    return queries.case(case.id)


def lots_of(case: RecallCase) -> dict[str, tuple[str, str]]:
    """Its lots by number: how each was found and what was decided."""
    return {one.lot.number: (one.row.how, one.row.decision) for one in queries.case_lots(case.id)}


def decided(case: RecallCase, number: str, decision: str) -> None:
    """The officer decides on a lot."""
    [row] = [one.row for one in queries.case_lots(case.id) if one.lot.number == number]
    did(actions.decide_lot, case.id, row.id, decision=decision, reason="compared with the pack")


def everyone_reached(case: RecallCase, outcome: str = "reached") -> None:
    """Somebody answers for every patient of the list."""
    for line in queries.reachable(case.id):
        did(actions.record_contact, case.id, line.patient_id, channel="telephone", outcome=outcome)


def met(case: RecallCase) -> list[tuple[str, str]]:
    """What its containment met: bucket and code, in order."""
    query = db.select(RecallStopped.bucket, RecallStopped.ref).filter_by(case_id=case.id)
    return sorted(tuple(row) for row in db.session.execute(query))


def standing() -> list[str]:
    """The sources of the holds that stand, in order."""
    query = db.select(Hold.source).where(Hold.released_at.is_(None)).order_by(Hold.id)
    return list(db.session.scalars(query))


def rows_of(case: RecallCase) -> int:
    """How many lots lie under the case."""
    return db.session.scalar(db.select(db.func.count(RecallLot.id)).filter_by(case_id=case.id)) or 0
