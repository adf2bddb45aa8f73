"""Containment: every lot of a case is stopped everywhere in one transaction, with the list of what it met."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from formulary.accounts import Actor
from formulary.db import db, once
from formulary.recalls import queries
from formulary.recalls.actions.cases import take_in_what_came
from formulary.recalls.actions.freezing import HAS_A_LIST
from formulary.recalls.actions.stepping import leave, said, step_from
from formulary.recalls.labels import refusals
from formulary.recalls.models import RecallCase, RecallHold, RecallStopped
from formulary.recalls.queries import DrawnFrom, Lookup
from formulary.stock.actions import place_hold, release_hold

LONGEST = 200
Row = tuple[str, str, str, int | None, Any]


@once
def contain(case_id: int, *, at: datetime, by: Actor, reason: str = "") -> RecallCase:
    """Place a hold of this case on each of its lots, of the vials and of what lay at the shelves that it
    means, where none stands, and write down what was stopped.

    All or nothing, at every site: sealed stock, open vials, what is prepared or in preparation (which stops
    at its next step), and reservations, which end; with the lots that came since the lines of the case were
    written. A drill writes the same list and touches no stock.
    """
    case = step_from(case_id, HAS_A_LIST, "contained", by)
    came = take_in_what_came(case)
    lots = queries.lots_in(case_id)
    missing, there = queries.not_held(case, lots), queries.vials_not_held(case_id)
    if not missing and not there and not came and case.state != "open":
        raise refusals.already_contained()
    if not case.is_drill:
        _hold(case, missing, reason, at=at, by=by)
        _hold_there(case, there, reason, at=at, by=by)
    whole = lots if case.state == "open" else missing or lots
    asked = {*whole, *(one.id for one in there if one.kind == "lot")}
    met = queries.look_up_lots(asked, at=at, by=by) if asked else None
    told: dict[str, Any] = {"came": came, "vials": [one.code for one in there if one.kind == "vial"]}
    told |= {"lots": [lot.number for lot in met.found.lots], "stopped": met.counts} if met else {}
    to = "contained" if case.state == "open" else case.state
    event = leave(case, "contain", at=at, by=by, to=to, reason=reason, told=told)
    db.session.add_all(_stopped(case, event.id, _rows(case, met, there)))
    db.session.flush()
    return case


@once
def release_holds(case_id: int, *, reason: str, at: datetime, by: Actor) -> RecallCase:
    """Release the holds that this case placed and that stand; those of other cases stay as they are."""
    case = step_from(case_id, (*HAS_A_LIST, "closed"), "released", by)
    standing = [hold for hold in queries.case_holds(case_id) if hold.released_at is None]
    if not standing:
        raise refusals.no_hold_left()
    said(reason)
    for hold in standing:
        release_hold(hold.id, reason=reason, at=at, by=by)
    leave(
        case, "release_holds", at=at, by=by, reason=reason, told={"holds": [hold.code for hold in standing]}
    )
    return case


def _hold(case: RecallCase, lots: Sequence[int], reason: str, *, at: datetime, by: Actor) -> None:
    words = reason or f"{case.code}: {case.title}"
    for lot_id in sorted(lots):
        hold = place_hold("lot", lot_id, reason=words, source=f"recall {case.code}", at=at, by=by)
        db.session.add(RecallHold(case_id=case.id, lot_id=lot_id, hold_id=hold.id))
    db.session.flush()


def _hold_there(
    case: RecallCase, there: Sequence[DrawnFrom], reason: str, *, at: datetime, by: Actor
) -> None:
    """Hold the vials that the case means, what is mixed of them, and the lots that lay at its shelf."""
    words = reason or f"{case.code}: {case.title}"
    for one in there:
        hold = place_hold(one.kind, one.id, reason=words, source=f"recall {case.code}", at=at, by=by)
        db.session.add(RecallHold(case_id=case.id, lot_id=one.lot_id, hold_id=hold.id))


def _rows(case: RecallCase, met: Lookup | None, there: Sequence[DrawnFrom]) -> list[Row]:
    """Everything that was met; a vial or a cocktail of lots and of what was done stands there by its lots."""
    rows = list(_met(met)) if met else []
    known = {row[:2] for row in rows}
    return [*rows, *(row for row in _of_draws(case, there) if row[:2] not in known)]


def _of_draws(case: RecallCase, there: Sequence[DrawnFrom]) -> Iterator[Row]:
    """The vials, and the cocktails under way that hold something of what was done."""
    for one in there:
        if one.kind == "vial":
            yield "H", one.code, "what was done with it is in the case", one.lot_id, None
    if not there:
        return
    meant = queries.draws_of_case(case.id)
    for code, state, site in queries.to_be_made(meant):
        yield "F", code, f"{state.replace('_', ' ')}, by the formula, {site}", None, None
    for row in queries.made_under_way(meant):
        words = f"{row.state.replace('_', ' ')}, {row.site}"
        yield queries.UNDER_WAY[row.state], row.code, words, row.lot_id, None


def _stopped(case: RecallCase, event_id: int, met: Iterable[Row]) -> Iterator[RecallStopped]:
    for bucket, ref, words, lot_id, quantity in met:
        row = {"ref": ref[:60], "words": words[:LONGEST], "lot_id": lot_id, "quantity": quantity}
        yield RecallStopped(
            case_id=case.id, event_id=event_id, bucket=bucket, patients=int(bucket in "CDEF"), **row
        )


def _met(met: Lookup) -> Iterator[Row]:
    """Buckets C to H, a row each: bucket, code or place, what it was, lot, quantity."""
    for mixed in met.under_way:
        yield (
            mixed.bucket,
            mixed.code,
            f"{mixed.state.replace('_', ' ')}, {mixed.site}",
            mixed.lot_id,
            mixed.quantity,
        )
    for row in met.promised:
        yield "F", row.code, f"{row.state}, {row.why}, {row.site}", row.lot_id, row.quantity
    for place in met.lying:
        what = f"{place.site}, {place.place}"
        yield "H" if place.is_open else "G", place.vial or place.kind, what, place.lot_id, place.quantity
