"""A lot arrives that a case covers: stopped in the act that brings it in, and told to the recall officer."""

from collections.abc import Collection, Sequence
from datetime import datetime

from formulary.accounts import Actor
from formulary.audit import record
from formulary.db import db
from formulary.recalls import queries
from formulary.recalls.actions.cases import MEANT
from formulary.recalls.actions.stepping import leave
from formulary.recalls.labels import refusals
from formulary.recalls.models import NoticeLot, RecallCase, RecallHold, RecallLot, RecallNotice, RecallScope
from formulary.recalls.queries import CAME, FoundLot
from formulary.stock.actions import (
    foresees_arrivals,
    hears_of_serials,
    stop_lot,
    watches_arrivals,
    watches_serials,
)
from formulary.stock.models import Lot


@foresees_arrivals
def lock_cases(lot_ids: Collection[int], serial: str) -> None:
    """Take the cases that may stop these lots, or a pack with this serial, before the shelf is taken, in the
    order of a containment.
    """
    naming = {case.id for case in queries.cases_naming_serial(serial)} if serial else set()
    for case_id in sorted(naming.union(queries.cases_it_comes_again_for(lot_ids))):
        queries.case(case_id, locked=True)


@watches_serials
def stop_serial(lot: Lot, serial: str) -> None:
    """Refuse to open a sealed pack whose serial a case names, or may name where nobody has read it."""
    if serial and (found := queries.cases_of_serial(serial, lot.id)):
        raise refusals.serial_recalled(serial, found[0])
    if not serial and (asking := queries.cases_asking_serial(lot.id)):
        raise refusals.serial_unknown(lot.number, asking[0])


@hears_of_serials
def hold_serial(lot: Lot, serial: str, at: datetime, by: Actor) -> None:
    """Hold the lot for each case that names the serial of a pack of it that comes: sealed packs lie together
    and nobody can tell them apart, until a recall officer has seen which one it is and releases the rest.
    """
    for named in queries.cases_of_serial(serial, lot.id):
        case = queries.case(named.id, locked=True)
        if queries.stands_for(case.id, lot.id):
            held = []
        else:
            held = [_stop(case, queries.lots_found([lot.id]).exact[0], at, by)]
        leave(case, CAME, at=at, by=by, told={"lots": [lot.number], "serial": serial, "holds": held})


@watches_arrivals
def catch(lot_ids: Collection[int], at: datetime, by: Actor, *, goods: bool) -> None:
    """Hold each of these lots that a case means, propose what it may mean, and mark notices that name one.

    With `goods` also those that a case has already and no longer stops: what was recalled comes again.
    """
    for case_id in queries.cases_it_comes_again_for(lot_ids) if goods else ():
        _stop_again(case_id, set(lot_ids), at, by)
    lines: dict[int, tuple[RecallCase, list[RecallScope]]] = {}
    for case, line in queries.waiting_lines(lot_ids):
        lines.setdefault(case.id, (case, []))[1].append(line)
    for case_id, (_, some) in lines.items():
        _take_in(case_id, some, set(lot_ids), at, by)
    for notice, named in queries.notices_naming(lot_ids):
        _tell(notice, named, at, by)


def _take_in(case_id: int, lines: Sequence[RecallScope], lot_ids: set[int], at: datetime, by: Actor) -> None:
    found = {
        lot.id: (line, lot, how)
        for line in lines
        for lot, how in queries.covered(queries.as_scope(line), lot_ids)
    }
    fresh = set(found) - queries.known_in(case_id, set(found)) if found else set()
    if not fresh:
        return
    case = queries.case(case_id, locked=True)
    caught = [found[key] for key in sorted(fresh)]
    for line, lot, how in caught:
        decision = "in" if how in MEANT else "proposed"
        row = RecallLot(case_id=case.id, lot_id=lot.id, scope_id=line.id, how=how, decision=decision)
        db.session.add(row)
    held = [_stop(case, lot, at, by) for _, lot, how in caught if how in MEANT]
    told = {"lots": [lot.number for _, lot, _ in caught], "holds": held}
    leave(case, CAME, at=at, by=by, told=told)


def _stop_again(case_id: int, lot_ids: set[int], at: datetime, by: Actor) -> None:
    case = queries.case(case_id, locked=True)
    lots = [_is_meant(row) for row in queries.coming_again(case_id, lot_ids)]
    if caught := [lot for lot in lots if lot is not None]:
        told = {"lots": [lot.number for lot in caught], "again": True}
        leave(case, CAME, at=at, by=by, told={**told, "holds": [_stop(case, lot, at, by) for lot in caught]})


def _is_meant(row: RecallLot) -> FoundLot | None:
    """The lot where it is in the case, or what now brought it is what a line of the case tells of: then it is
    in from now on, whatever was decided of earlier deliveries.
    """
    if row.decision == "in":
        return queries.case_lot(row.case_id, row.id).lot
    for line in queries.scope_of(row.case_id):
        for lot, how in queries.brought_now(queries.as_scope(line), row.lot_id):
            if how not in MEANT:
                continue
            row.how, row.scope_id = how, line.id
            row.decision, row.decided_why = "in", ""
            row.decided_at = row.decided_by_id = None
            return lot
    return None


def _stop(case: RecallCase, lot: FoundLot, at: datetime, by: Actor) -> str:
    words = f"{case.code}: {case.title}"
    hold = stop_lot(lot.id, reason=words, source=f"recall {case.code}", at=at, by=by)
    db.session.add(RecallHold(case_id=case.id, lot_id=lot.id, hold_id=hold.id))
    return hold.code


def _tell(notice: RecallNotice, named: Collection[int], at: datetime, by: Actor) -> None:
    notice.came_at = at
    fresh = sorted(set(named) - queries.noted_for(notice.id))
    db.session.add_all(NoticeLot(notice_id=notice.id, lot_id=lot_id) for lot_id in fresh)
    numbers = [lot.number for lot in queries.lots_found(named).exact]
    record("recalls.lot_came", notice, by=by, at=at, new={"notice": notice.number, "lots": numbers})
