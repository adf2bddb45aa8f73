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
Row = tuple[str, str, str, int, Any]


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
    missing, vials = queries.not_held(case, lots), queries.vials_not_held(case_id)
    if not missing and not vials and not came and case.state != "open":
        raise refusals.already_contained()
    if not case.is_drill:
        _hold(case, missing, reason, at=at, by=by)
        _hold_vials(case, vials, reason, at=at, by=by)
    met = (
        queries.look_up_lots(lots if case.state == "open" else missing or lots, at=at, by=by)
        if lots
        else None
    )
    told: dict[str, Any] = {"came": came, "vials": [vial.code for vial in vials]}
    told |= {"lots": [lot.number for lot in met.found.lots], "stopped": met.counts} if met else {}
    to = "contained" if case.state == "open" else case.state
    event = leave(case, "contain", at=at, by=by, to=to, reason=reason, told=told)
    db.session.add_all(_stopped(case, event.id, [*(_met(met) if met else ()), *_of_draws(case, vials)]))
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


def _hold_vials(
    case: RecallCase, vials: Sequence[DrawnFrom], reason: str, *, at: datetime, by: Actor
) -> None:
    """Hold what the draws that the case means came from: what is left of it, and what is mixed of it."""
    words = reason or f"{case.code}: {case.title}"
    for vial in vials:
        hold = place_hold("vial", vial.id, reason=words, source=f"recall {case.code}", at=at, by=by)
        db.session.add(RecallHold(case_id=case.id, lot_id=vial.lot_id, hold_id=hold.id))


def _of_draws(case: RecallCase, vials: Sequence[DrawnFrom]) -> Iterator[Row]:
    """The vials, and the cocktails under way that hold something of such a draw."""
    for vial in vials:
        yield "H", vial.code, "what was drawn from it is in the case", vial.lot_id, None
    for one in queries.made(queries.draws_of_case(case.id)):
        if one.state in queries.UNDER_WAY and vials:
            words = f"{one.state.replace('_', ' ')}, {one.site}"
            yield queries.UNDER_WAY[one.state], one.code, words, vials[0].lot_id, None


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
