"""The clinic's own time for a wash-out, beside what sources say: where they give none, or too little."""

from datetime import datetime
from typing import Any

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.catalogue import queries
from formulary.catalogue.models import MedicineKind, WashoutStatement
from formulary.db import Missing, db, once

SAID = "decided by the clinic"


@once
def decide_washout(
    kind_id: int, before: str, *, least: int | None, unit: str, reason: str, at: datetime, by: Actor
) -> WashoutStatement:
    """The clinic's own time for this kind before this, binding where it is the strictest; None takes it back.

    It stands beside the sources and never loosens what one of them states. Missing where no source says
    that the kind matters there.
    """
    by.must(Permission.AUTHOR)
    kind = queries.medicine_kind(kind_id)
    row = _own(kind, before)
    old = {"least": row.least, "unit": row.unit} if row.id else {}
    row.least, row.unit, row.source = least, unit, f"{SAID}: {reason}"
    row.author_id, row.written_at = by.person_id, at
    db.session.add(row)
    db.session.flush()
    new = {"kind": kind.word, "before": before, "least": least, "unit": unit}
    record("catalogue.decide_washout", row, by=by, at=at, old=old, new=new, reason=reason)
    return row


def _own(kind: MedicineKind, before: str) -> WashoutStatement:
    """The clinic's statement of it, amended or begun."""
    stated = [row for row in kind.statements if row.before == before and not row.lifted]
    if not stated:
        raise Missing(f"No wash-out of {kind.word} before {before}")
    told: dict[str, Any] = {"effect": stated[0].effect, "said": SAID, "lifted": False}
    own = next((row for row in stated if row.author_id is not None), None)
    return own or WashoutStatement(kind_id=kind.id, before=before, **told)
