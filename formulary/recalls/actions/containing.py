"""Containment: every lot of a case is stopped everywhere in one transaction, with the list of what it met."""

from collections.abc import Iterator, Sequence
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
from formulary.recalls.queries import Lookup
from formulary.stock.actions import place_hold, release_hold

LONGEST = 200


@once
def contain(case_id: int, *, at: datetime, by: Actor, reason: str = "") -> RecallCase:
    """Place a hold of this case on each of its lots that has none, and write down what was stopped.

    All or nothing, at every site: sealed stock, open vials, what is prepared or in preparation (which stops
    at its next step), and reservations, which end; with the lots that came since the lines of the case were
    written. A drill writes the same list and touches no stock.
    """
    case = step_from(case_id, HAS_A_LIST, "contained", by)
    came = take_in_what_came(case)
    lots = queries.lots_in(case_id)
    missing = queries.not_held(case, lots)
    if not missing and not came and case.state != "open":
        raise refusals.already_contained()
    if not case.is_drill:
        _hold(case, missing, reason, at=at, by=by)
    met = queries.look_up_lots(missing or lots, at=at, by=by)
    told = {"lots": [lot.number for lot in met.found.lots], "came": came, "stopped": met.counts}
    to = "contained" if case.state == "open" else case.state
    event = leave(case, "contain", at=at, by=by, to=to, reason=reason, told=told)
    db.session.add_all(_stopped(case, event.id, met))
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


def _stopped(case: RecallCase, event_id: int, met: Lookup) -> Iterator[RecallStopped]:
    for bucket, ref, words, lot_id, quantity in _met(met):
        row = {"ref": ref[:60], "words": words[:LONGEST], "lot_id": lot_id, "quantity": quantity}
        yield RecallStopped(
            case_id=case.id, event_id=event_id, bucket=bucket, patients=int(bucket in "CDEF"), **row
        )


def _met(met: Lookup) -> Iterator[tuple[str, str, str, int, Any]]:
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
