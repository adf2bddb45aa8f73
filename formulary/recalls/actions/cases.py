"""A case is made, what it covers is written down, and a person decides on lots that look alike."""

from dataclasses import dataclass
from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.accounts.actions import next_code
from formulary.db import db, once
from formulary.recalls import queries
from formulary.recalls.actions.stepping import leave, said, step_from
from formulary.recalls.labels import refusals
from formulary.recalls.models import RecallCase, RecallLot, RecallScope
from formulary.recalls.queries import Scope
from formulary.rules.trace import required

LIVE = ("draft", "open", "contained", "notified", "reconciled")
MEANT = frozenset({"exact", "rule"})


@dataclass(frozen=True)
class NewCase:
    """What is told of a case when it is made; see `RecallCase`."""

    title: str
    source_kind: str = "own"
    source: str = ""
    recall_class: str = "none"
    notice: str = ""
    level: str = "A"
    level_percent: int | None = None
    tolerance: int = 0


@once
def create_case(
    told: NewCase, scope: Scope, *, at: datetime, by: Actor, is_drill: bool = False, reason: str = ""
) -> RecallCase:
    """A draft with the first line of what it covers; also of a lot that nobody here ever had.

    `reason` is what its making rests on, where somebody said so.
    """
    by.must(Permission.RECALL_CASES)
    _check_level(told)
    row = {name: getattr(told, name) for name in NewCase.__dataclass_fields__}
    case = RecallCase(
        code=next_code("R"), is_drill=is_drill, **row, created_at=at, created_by_id=by.person_id
    )
    case.state = "draft"
    db.session.add(case)
    db.session.flush()
    leave(
        case,
        "create_case",
        at=at,
        by=by,
        reason=reason,
        told={"title": told.title, "source": told.source, "level": told.level},
    )
    _add(case, scope, at=at, by=by)
    return case


@once
def add_scope(case_id: int, scope: Scope, *, at: datetime, by: Actor) -> RecallCase:
    """A further line; the lots that it leads to come into the case, those that look alike are proposed."""
    case = step_from(case_id, LIVE, "widened", by)
    _add(case, scope, at=at, by=by)
    return case


@once
def decide_lot(
    case_id: int,
    row_id: int,
    *,
    decision: str,
    reason: str,
    version: int | None = None,
    at: datetime,
    by: Actor,
) -> RecallCase:
    """A person says that a lot is in the case ("in") or is not meant ("out"), and why.

    Refused with what another has decided, where the form was opened on an older `version` of the lot's row.
    """
    case = step_from(case_id, LIVE, "changed", by)
    found = queries.case_lot(case_id, row_id)
    if decision not in ("in", "out"):
        raise ValueError(f"{decision!r} is no decision")
    row, old = found.row, found.row.decision
    if version is not None and row.row_version != version:
        raise refusals.decided_meanwhile(found)
    row.decided_why, row.decision = said(reason), decision
    row.decided_at, row.decided_by_id = at, by.person_id
    told = {"lot": found.lot.number, "product": found.lot.product, "was": old, "decision": decision}
    leave(case, "decide_lot", at=at, by=by, reason=reason, told=told)
    return case


def _check_level(told: NewCase) -> None:
    if (told.level == "B") != (told.level_percent is not None):
        raise refusals.level_share()
    try:
        required(told.level, told.level_percent, 0)
    except ValueError:
        raise refusals.level_share() from None


def take_in_what_came(case: RecallCase) -> list[str]:
    """Lots that its lines lead to and that were not here when those were written; by number."""
    found = queries.came_since(case.id)
    for line_id, lot, how in found:
        decision = "in" if how in MEANT else "proposed"
        row = RecallLot(case_id=case.id, lot_id=lot.id, scope_id=line_id, how=how, decision=decision)
        db.session.add(row)
    db.session.flush()
    return [lot.number for _, lot, _ in found]


def _add(case: RecallCase, scope: Scope, *, at: datetime, by: Actor) -> None:
    if scope.is_empty:
        raise refusals.empty_scope()
    line = {name: getattr(scope, name) for name in Scope.__dataclass_fields__}
    row = RecallScope(case_id=case.id, **line, added_at=at, added_by_id=by.person_id)
    db.session.add(row)
    db.session.flush()
    known = {one.lot.id: one.row for one in queries.case_lots(case.id)}
    found = queries.covered(scope)
    for lot, how in found:
        decision = "in" if how in MEANT else "proposed"
        if lot.id not in known:
            db.session.add(
                RecallLot(case_id=case.id, lot_id=lot.id, scope_id=row.id, how=how, decision=decision)
            )
        elif decision == "in" and known[lot.id].decision == "proposed":
            known[lot.id].decision, known[lot.id].how = "in", how
    told = {name: str(value) for name, value in line.items() if value}
    leave(
        case,
        "add_scope",
        at=at,
        by=by,
        told={**told, "lots": [f"{lot.number} ({how})" for lot, how in found]},
    )
