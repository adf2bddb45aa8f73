"""The rules by which a case goes on: everybody answered for, all accounted for, nothing undecided."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from formulary.accounts import Actor
from formulary.db import once
from formulary.recalls import queries
from formulary.recalls.actions.stepping import leave, said, step_from
from formulary.recalls.labels import refusals
from formulary.recalls.models import RecallCase
from formulary.recalls.queries import sheet_of


@once
def notify(case_id: int, *, at: datetime, by: Actor, reason: str = "") -> RecallCase:
    """As many patients are answered for as the level asks, and no lot of the case goes on unstopped."""
    case = step_from(case_id, ("contained",), "notified", by)
    lots = queries.lots_in(case_id)
    _nothing_open(case, lots)
    effect = queries.effect(case, queries.reachable(case_id))
    told = {"patients": effect.patients, "required": effect.required, **effect.by_status}
    leave(case, "notify", at=at, by=by, to="notified", reason=reason, told=told)
    return case


@once
def reconcile(case_id: int, *, at: datetime, by: Actor, reason: str = "") -> RecallCase:
    """Every lot sums, but for what the case tolerates or somebody has signed for; the figures are kept."""
    case = step_from(case_id, ("notified",), "reconciled", by)
    lots = queries.lots_in(case_id)
    _nothing_open(case, lots)
    leave(case, "reconcile", at=at, by=by, to="reconciled", reason=reason, told={"sheets": _sums(case, lots)})
    return case


@once
def close(case_id: int, *, reason: str, at: datetime, by: Actor) -> RecallCase:
    """End it with what came of it; a draft whose lots are none of ours is closed as such."""
    case = step_from(case_id, ("draft", "reconciled"), "closed", by)
    lots = queries.lots_in(case_id)
    said(reason)
    if case.state == "draft" and (lots or queries.draws_of_case(case_id) is not None):
        raise refusals.wrong_state(case.code, "a draft with lots of ours in it", "closed")
    if case.state == "reconciled":
        _nothing_open(case, lots)
        _sums(case, lots)
    leave(case, "close", at=at, by=by, to="closed", reason=reason)
    return case


@once
def reopen(case_id: int, *, reason: str, at: datetime, by: Actor) -> RecallCase:
    """Take a closed case up again: to where its list is frozen, or to a draft where it never had one."""
    case = step_from(case_id, ("closed",), "reopened", by)
    to = "open" if queries.last_event(case_id, "open_case") else "draft"
    leave(case, "reopen", at=at, by=by, to=to, reason=said(reason))
    return case


def _nothing_open(case: RecallCase, lots: Sequence[int]) -> None:
    """Each lot of the case is decided, stopped and listed; once it is reconciled its holds may have ended."""
    if came := queries.came_since(case.id):
        raise refusals.came_since([lot.number for _, lot, _ in came])
    proposed = [one for one in queries.case_lots(case.id) if one.row.decision == "proposed"]
    if proposed:
        raise refusals.undecided(len(proposed))
    ended = case.state == "reconciled"
    if missing := queries.never_held(case, lots) if ended else queries.not_held(case, lots):
        raise refusals.not_contained([lot.number for lot in queries.lots_found(missing).exact])
    if not ended and not case.is_drill and (vials := queries.vials_not_held(case.id)):
        raise refusals.not_contained([vial.code for vial in vials])
    if new := queries.apart(case.id, list(lots)).new:
        raise refusals.not_on_list(new)
    effect = queries.effect(case, queries.reachable(case.id))
    if not case.is_drill and not effect.is_enough:
        raise refusals.not_reached(effect.concluded, effect.required)
    if codes := _being_given(case.id, lots):
        raise refusals.being_given(codes)


def _being_given(case_id: int, lots: Sequence[int]) -> list[str]:
    """Cocktails of the case whose sessions are not closed: their patients are on no list yet."""
    rows = queries.under_way([lot.id for lot in queries.lots_found(lots).lots]) if lots else ()
    meant = queries.draws_of_case(case_id)
    drawn = {row.code for row in queries.made_under_way(meant, "administering")}
    return sorted(drawn | {row.code for row in rows if row.bucket == "C"})


def _sums(case: RecallCase, lots: Sequence[int]) -> list[dict[str, Any]]:
    """The sheet of each lot, with those made from it; Refused where one is unexplained."""
    sheets = sheet_of(case, lots)
    if open_ := [sheet.lot.number for sheet in sheets if sheet.is_unexplained]:
        raise refusals.unexplained(open_)
    return [sheet.as_told() for sheet in sheets]
