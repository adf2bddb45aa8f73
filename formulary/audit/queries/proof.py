"""Proving the chain: every hash again, the order, and the signed head."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import Text, type_coerce
from sqlalchemy.orm import aliased

from formulary.audit import chain
from formulary.audit.models import AuditEntry, AuditHead
from formulary.db import db, hashed

Before = aliased(AuditEntry)


@dataclass(frozen=True)
class Fault:
    """One thing that the proof found off: which row, and what is wrong with it."""

    table: str
    row: str
    what: str


def chain_faults() -> Iterator[Fault]:
    """Recompute the whole chain and its signed head; yields every row that does not hold, and the head.

    Hashes are computed and compared where the rows lie, each against the entry before it: a trail of any
    length fits.
    """
    entry, query = AuditEntry, _against_the_entry_before()
    gap = db.and_(entry.id > 1, Before.id.is_(None))
    broken = entry.previous.is_distinct_from(db.func.coalesce(Before.hash, chain.GENESIS))
    altered = entry.hash.is_distinct_from(hashed.sha256(hashed_text()))
    query = query.with_only_columns(entry.id, gap, broken).where(db.or_(gap, broken, altered))
    for number, missing, out_of_order in db.session.execute(query.order_by(entry.id)):
        yield _entry_fault(number, missing, out_of_order)
    yield from _head_faults()


def hashed_text() -> Any:
    """The text that `chain.row_hash` takes, as the database puts it together."""
    free = [_text(name) for name in chain.FREE]
    lengths = [db.func.length(text) for text in free]
    plain = [_text(name) for name in chain.PLAIN]
    return hashed.joined([db.literal(chain.VERSION), *plain, *lengths, *free, _text(chain.LAST)])


def _text(name: str) -> Any:
    column = getattr(AuditEntry, name)
    if name == "at":
        return hashed.instant(column)
    return type_coerce(column, Text) if name in chain.JSON else column


def _against_the_entry_before() -> Any:
    return db.select(AuditEntry.id).outerjoin(Before, Before.id == AuditEntry.id - 1)


def _entry_fault(number: int, missing: bool, out_of_order: bool) -> Fault:
    if missing:
        return Fault("audit_entry", _gap_before(number), "is missing from the trail")
    if out_of_order:
        return Fault("audit_entry", f"entry {number}", "does not follow the entry before it")
    return Fault("audit_entry", f"entry {number}", "was altered after it was written")


def _gap_before(number: int) -> str:
    last = db.session.scalar(db.select(db.func.max(AuditEntry.id)).where(AuditEntry.id < number)) or 0
    return f"entry {last + 1}" if last + 2 == number else f"entries {last + 1} to {number - 1}"


def _head_faults() -> Iterator[Fault]:
    last = db.session.execute(
        db.select(AuditEntry.id, AuditEntry.hash).order_by(AuditEntry.id.desc())
    ).first()
    count, newest = last or (0, chain.GENESIS)
    head = db.session.get(AuditHead, 1)
    if head is None:
        if count:
            yield Fault("audit_head", "head", f"is missing, the trail holds {count}")
        return
    if (head.entries, head.hash) != (count, newest):
        yield Fault("audit_head", "head", f"says {head.entries} entries, the trail holds {count}")
    key = current_app.extensions["formulary"].head_key
    if head.signature != chain.head_signature(key, head.entries, head.hash):
        yield Fault("audit_head", "head", "is not signed with this installation's key")
