"""Proving the chain: every hash again, the order, and the signed head."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import Text, type_coerce

from formulary.audit import chain
from formulary.audit.models import AuditEntry, AuditHead
from formulary.db import db


@dataclass(frozen=True)
class Fault:
    """One thing that the proof found off: which row, and what is wrong with it."""

    table: str
    row: str
    what: str


def chain_faults(page: int = 5000) -> Iterator[Fault]:
    """Recompute the whole chain and its signed head; yields the first fault of a row, or those of the head.

    Reads columns a page at a time: the memory it takes does not grow with the trail.
    """
    previous, count = chain.GENESIS, 0
    while rows := _after(count, page):
        for row in rows:
            if fault := _entry_fault(row, count + 1, previous):
                yield fault
                return
            previous, count = row[-1], row[0]
    yield from _head_faults(count, previous)


def movements_of_entries(page: int = 2000) -> Iterator[tuple[int, list[list[object]]]]:
    """Each entry's number with the (movement, hash) pairs it covers, for the ledger's proof."""
    last = 0
    while True:
        query = (
            db.select(AuditEntry.id, AuditEntry.movements).where(AuditEntry.id > last).order_by(AuditEntry.id)
        )
        rows = db.session.execute(query.limit(page)).all()
        if not rows:
            return
        yield from ((number, pairs) for number, pairs in rows if pairs)
        last = rows[-1][0]


# The columns as they lie in the table: JSON is hashed as the text it was stored as.
_COLUMNS = [
    type_coerce(getattr(AuditEntry, name), Text) if name in chain.JSON else getattr(AuditEntry, name)
    for name in (*chain.HASHED, "hash")
]
_AT, _PREVIOUS = chain.HASHED.index("at"), chain.HASHED.index("previous")


def _after(last: int, page: int) -> Sequence[Any]:
    query = db.select(*_COLUMNS).where(AuditEntry.id > last).order_by(AuditEntry.id).limit(page)
    return db.session.execute(query).all()


def _entry_fault(row: Any, expected: int, previous: str) -> Fault | None:
    number, *_ = row
    if number != expected:
        return Fault("audit_entry", f"entry {expected}", "is missing from the trail")
    if row[_PREVIOUS] != previous:
        return Fault("audit_entry", f"entry {number}", "does not follow the entry before it")
    if row[-1] != _hash(row):
        return Fault("audit_entry", f"entry {number}", "was altered after it was written")
    return None


def _hash(row: Any) -> str:
    texts = [str(value) for value in row[:-1]]
    texts[_AT] = chain.instant_text(row[_AT])
    return chain.encoded_hash(texts)


def _head_faults(count: int, last: str) -> Iterator[Fault]:
    head = db.session.get(AuditHead, 1)
    if head is None:
        if count:
            yield Fault("audit_head", "head", f"is missing, the trail holds {count}")
        return
    if (head.entries, head.hash) != (count, last):
        yield Fault("audit_head", "head", f"says {head.entries} entries, the trail holds {count}")
    key = current_app.extensions["formulary"].head_key
    if head.signature != chain.head_signature(key, head.entries, head.hash):
        yield Fault("audit_head", "head", "is not signed with this installation's key")
