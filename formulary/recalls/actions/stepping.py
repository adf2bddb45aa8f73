"""What every step of a case does alike: locked, asked for its state, it leaves an event and an entry."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.db import db
from formulary.recalls import queries
from formulary.recalls.labels import refusals
from formulary.recalls.models import RecallCase, RecallEvent


def step_from(case_id: int, states: tuple[str, ...], act: str, by: Actor) -> RecallCase:
    """The case, locked until the act ends, in one of these states; Refused in another."""
    by.must(Permission.RECALL_CASES)
    case = queries.case(case_id, locked=True)
    if case.state not in states:
        raise refusals.wrong_state(case.code, case.state, act)
    return case


def leave(
    case: RecallCase,
    kind: str,
    *,
    at: datetime,
    by: Actor,
    to: str | None = None,
    reason: str = "",
    told: Mapping[str, Any] | None = None,
) -> RecallEvent:
    """Write the step: the case goes `to` a state where one is named."""
    before, case.state = case.state, to or case.state
    event = RecallEvent(
        case_id=case.id,
        kind=kind,
        state=case.state,
        at=at,
        by_id=by.person_id,
        reason=reason,
        told=dict(told or {}),
    )
    db.session.add(event)
    db.session.flush()
    new = {"case": case.code, "drill": case.is_drill, "state": case.state, **(told or {})}
    record(f"recalls.{kind}", case, by=by, at=at, old={"state": before}, new=new, reason=reason)
    return event


def said(reason: str) -> str:
    """The words of a reason; Refused where there are none."""
    if not reason.strip():
        raise refusals.no_reason()
    return reason
