"""Drills: a recall of any lot on the same steps that stops no stock, with a stopwatch and a filed result."""

from datetime import datetime, timedelta
from fractions import Fraction

from formulary.accounts import Actor, Permission
from formulary.db import db, once
from formulary.recalls import queries
from formulary.recalls.actions.cases import NewCase, create_case
from formulary.recalls.actions.stepping import leave, step_from
from formulary.recalls.labels import refusals
from formulary.recalls.models import DrillResult, RecallCase
from formulary.recalls.queries import FoundLot, Scope
from formulary.rules.trace import drawn

MS = timedelta(milliseconds=1)


@once
def start_drill(number: str = "", *, chance: Fraction, at: datetime, by: Actor) -> RecallCase:
    """Start the stopwatch on the lot of a number; without one, on what `chance` draws by its use."""
    by.must(Permission.RECALL_CASES)
    lot = _named(number) if number else _drawn(chance)
    how = "chosen by hand" if number else "drawn by chance"
    told = NewCase(f"Drill on lot {lot.number}", source=how, level="E")
    return create_case(told, Scope(lot.number, lot.product_id), is_drill=True, at=at, by=by)


@once
def file_drill(case_id: int, *, at: datetime, by: Actor, reason: str = "") -> RecallCase:
    """File what the drill took: time to the list, time to containment, completeness and balance."""
    case = step_from(case_id, ("contained",), "filed", by)
    if not case.is_drill:
        raise refusals.no_drill()
    lots = queries.lots_in(case_id)
    if not lots:
        raise refusals.nothing_in_it()
    met, sheet = queries.look_up_lots(lots, at=at, by=by), queries.sheet_of(case, lots)[0]
    named, uses = met.completeness
    row = DrillResult(
        case_id=case.id, lot_id=sheet.lot.id, chosen="by_chance" if "chance" in case.source else "by_hand",
        list_ms=_since_start(case, "open_case"), contain_ms=_since_start(case, "contain"),
        patients=len(queries.reachable(case_id)), named=named, uses=uses, received=sheet.received,
        unaccounted=sheet.balance.unaccounted, remark=reason, at=at, by_id=by.person_id,
    )  # fmt: skip
    db.session.add(row)
    told = {"list_ms": row.list_ms, "contain_ms": row.contain_ms, "patients": row.patients}
    leave(case, "file_drill", at=at, by=by, to="closed", reason=reason, told=told)
    return case


def _since_start(case: RecallCase, kind: str) -> int:
    event = queries.last_event(case.id, kind)
    return (event.at - case.created_at) // MS if event else 0


def _named(number: str) -> FoundLot:
    found = queries.find_lots(number).exact
    if not found:
        raise refusals.no_such_lot(number)
    return found[0]


def _drawn(chance: Fraction) -> FoundLot:
    uses = queries.uses_by_lot()
    if not uses:
        raise refusals.no_lot_at_all()
    return queries.lots_found([drawn(uses, chance)]).exact[0]
