"""The list of a case: frozen with a hash when it opens; what comes later is added and never overwrites."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from formulary.accounts import Actor
from formulary.db import bulk, db, once
from formulary.recalls import queries
from formulary.recalls.actions.cases import LIVE
from formulary.recalls.actions.stepping import leave, step_from
from formulary.recalls.labels import refusals
from formulary.recalls.models import RecallCase, RecallListed
from formulary.recalls.queries import Use

HAS_A_LIST = LIVE[1:]
COLUMNS = ("use", "key", "patient_id", "lot_id", "product_id", "ref", "at", "quantity", "grade")


@once
def open_case(case_id: int, *, at: datetime, by: Actor, reason: str = "") -> RecallCase:
    """Freeze the list of everybody whom its lots touched, as the records tell it now."""
    case = step_from(case_id, ("draft",), "opened", by)
    lots = queries.lots_in(case_id)
    if not lots and queries.draws_of_case(case_id) is None:
        raise refusals.nothing_in_it()
    uses = queries.uses_of_case(case_id, lots)
    told = {**_counted(uses), "hash": queries.list_hash(uses)}
    event = leave(case, "open_case", at=at, by=by, to="open", reason=reason, told=told)
    _write(case, event.id, uses, is_added=False)
    return case


@once
def add_differences(case_id: int, *, at: datetime, by: Actor, reason: str = "") -> RecallCase:
    """Put on the list what has come to the records since, marked as added; nothing is taken off."""
    case = step_from(case_id, HAS_A_LIST, "added to", by)
    found = queries.differs(case_id, queries.lots_in(case_id))
    whole = [*queries.every_listed(case_id), *found.new]
    told = {**_counted(found.new), "hash": queries.list_hash(whole)}
    event = leave(case, "add_differences", at=at, by=by, reason=reason, told=told)
    _write(case, event.id, found.new, is_added=True)
    return case


def _counted(uses: Iterable[Use]) -> dict[str, Any]:
    rows = list(uses)
    return {"uses": len(rows), "patients": len({use.patient_id for use in rows})}


def _write(case: RecallCase, event_id: int, uses: Iterable[Use], *, is_added: bool) -> None:
    """Past the ORM: a list may be long."""
    db.session.flush()
    first = bulk.first_keys([RecallListed])[RecallListed]
    same = {"case_id": case.id, "event_id": event_id, "is_added": is_added}
    rows = (
        {**{name: getattr(use, name) for name in COLUMNS}, **same, "id": first + n}
        for n, use in enumerate(uses)
    )
    bulk.load(RecallListed, rows)
