"""Proving the chain: every hash again, the order, and the signed head."""

import json
from collections.abc import Iterator, Sequence
from contextlib import closing
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
    """Recompute the whole chain and its signed head; yields every row that does not hold, and the head.

    Reads columns a page at a time: the memory it takes does not grow with the trail.
    """
    previous, count = chain.GENESIS, 0
    while rows := _bare_rows(_COLUMNS, count, page):
        for row in rows:
            if fault := _entry_fault(row, count + 1, previous):
                yield fault
            previous, count = row[-1], row[0]
    yield from _head_faults(count, previous)


def movements_of_entries(page: int = 5000) -> Iterator[tuple[int, list[list[Any]]]]:
    """Each entry's number with the (movement, hash) pairs it covers, for the ledger's proof."""
    last = 0
    columns = [AuditEntry.id, type_coerce(AuditEntry.movements, Text)]
    while rows := _bare_rows(columns, last, page):
        yield from ((number, json.loads(pairs)) for number, pairs in rows if pairs != "[]")
        last = rows[-1][0]


# The columns as they lie in the table: instants and JSON are hashed as they were stored.
_STORED = chain.JSON | {"at"}
_COLUMNS = [
    type_coerce(column, Text) if column.key in _STORED else column
    for column in (getattr(AuditEntry, name) for name in (*chain.HASHED, "hash"))
]


def _bare_rows(columns: list[Any], last: int, page: int) -> Sequence[Any]:
    """The next rows as the driver gives them: a million of them are read this way."""
    query = db.select(*columns).where(AuditEntry.id > last).order_by(AuditEntry.id).limit(page)
    statement = str(query.compile(db.engine, compile_kwargs={"literal_binds": True}))
    with closing(db.session.connection().connection.cursor()) as cursor:
        cursor.execute(statement)
        rows: Sequence[Any] = cursor.fetchall()
        return rows


def _entry_fault(row: Any, expected: int, previous: str) -> Fault | None:
    *fields, stored = row
    if row[0] != expected:
        return Fault("audit_entry", f"entry {expected}", "is missing from the trail")
    if fields[-1] != previous:
        return Fault("audit_entry", f"entry {row[0]}", "does not follow the entry before it")
    if stored != chain.row_hash(*fields):
        return Fault("audit_entry", f"entry {row[0]}", "was altered after it was written")
    return None


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
