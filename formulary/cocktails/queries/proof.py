"""The proof of what was said to findings: every answer, and who stood behind it, as the trail tells it."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Text, type_coerce

from formulary.audit.models import AuditEntry
from formulary.audit.queries import Fault
from formulary.cocktails.models import Override, Revision
from formulary.db import db

TABLE = "check_override"
SOMETHING_SAID = '"answers":[{'


def answer_faults() -> Iterator[Fault]:
    """Every answer that is not what its audit entry says, is in none, or is not there any more."""
    kept = _kept()
    for entry in db.session.scalars(_entries()):
        rows = kept.pop((entry.object_id, entry.new["revision"]), [])
        yield from _differing(rows, entry.new["answers"], entry.object_id)
    for row in (row for rows in kept.values() for row in rows):
        yield Fault(TABLE, f"{TABLE} {row.id}", "is in no audit entry")


def counted() -> dict[str, int]:
    """How many answers the proof went through."""
    return {"answered findings": db.session.scalar(db.select(db.func.count(Override.id))) or 0}


def _kept() -> dict[tuple[int, int], list[Override]]:
    """What is kept, by cocktail and number of the revision."""
    query = db.select(Override, Revision.cocktail_id, Revision.number)
    query = query.outerjoin(Revision, Revision.id == Override.revision_id).order_by(Override.id)
    kept: dict[tuple[int, int], list[Override]] = {}
    for row, cocktail_id, number in db.session.execute(query):
        kept.setdefault((cocktail_id, number), []).append(row)
    return kept


def _entries() -> Any:
    """The entries that tell of an answer."""
    said = type_coerce(AuditEntry.new, Text).contains(SOMETHING_SAID, autoescape=True)
    query = db.select(AuditEntry).where(AuditEntry.action == "cocktails.sign", AuditEntry.outcome == "done")
    return query.where(said).order_by(AuditEntry.id)


def _differing(rows: list[Override], told: list[dict[str, Any]], cocktail_id: int) -> Iterator[Fault]:
    for row in rows:
        if row.told not in told:
            yield Fault(TABLE, f"{TABLE} {row.id}", "is not what its audit entry says")
    for _ in told[len(rows) :]:
        where = f"and the audit entry of cocktail {cocktail_id} has it"
        yield Fault(TABLE, f"a {TABLE} that is not there", where)
