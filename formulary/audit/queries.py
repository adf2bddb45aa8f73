"""Reading the audit trail, and proving its chain."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import current_app

from formulary.audit import chain
from formulary.audit.models import AuditEntry, AuditHead
from formulary.db import db


@dataclass(frozen=True)
class Fault:
    """One thing that the proof found off: which row, and what is wrong with it."""

    table: str
    row: str
    what: str


def entries_about(kind: str, object_id: int, limit: int = 50) -> list[AuditEntry]:
    """The newest entries about one row."""
    query = db.select(AuditEntry).filter_by(object_kind=kind, object_id=object_id)
    return list(db.session.scalars(query.order_by(AuditEntry.id.desc()).limit(limit)))


def chain_faults(page: int = 2000) -> Iterator[Fault]:
    """Recompute the whole chain and its signed head; yields the first row that does not hold, and the head."""
    previous, count = chain.GENESIS, 0
    while rows := _after(count, page):
        for entry in rows:
            if fault := _entry_fault(entry, count + 1, previous):
                yield fault
                return
            previous, count = entry.hash, entry.id
        db.session.expunge_all()
    yield from _head_faults(count, previous)


def movements_of_entries(page: int = 2000) -> Iterator[tuple[int, list[list[object]]]]:
    """Each entry's number with the (movement, hash) pairs it covers, for the ledger's proof."""
    last = 0
    while True:
        query = db.select(AuditEntry.id, AuditEntry.movements).where(AuditEntry.id > last).order_by(AuditEntry.id)
        rows = db.session.execute(query.limit(page)).all()
        if not rows:
            return
        yield from ((number, pairs) for number, pairs in rows if pairs)
        last = rows[-1][0]


def _after(last: int, page: int) -> list[AuditEntry]:
    return list(db.session.scalars(db.select(AuditEntry).where(AuditEntry.id > last).order_by(AuditEntry.id).limit(page)))


def _entry_fault(entry: AuditEntry, expected: int, previous: str) -> Fault | None:
    row = f"entry {entry.id}"
    if entry.id != expected:
        return Fault("audit_entry", f"entry {expected}", "is missing from the trail")
    if entry.previous != previous:
        return Fault("audit_entry", row, "does not follow the entry before it")
    if entry.hash != chain.entry_hash(entry):
        return Fault("audit_entry", row, "was altered after it was written")
    return None


def _head_faults(count: int, last: str) -> Iterator[Fault]:
    head = db.session.get(AuditHead, 1)
    if head is None:
        return
    if (head.entries, head.hash) != (count, last):
        yield Fault("audit_head", "head", f"says {head.entries} entries, the trail holds {count}")
    key = current_app.extensions["formulary"].head_key
    if head.signature != chain.head_signature(key, head.entries, head.hash):
        yield Fault("audit_head", "head", "is not signed with this installation's key")
