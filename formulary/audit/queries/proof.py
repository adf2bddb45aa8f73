"""Proving the chain: every hash again, the order, and the signed head."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import Text, type_coerce

from formulary.audit import chain
from formulary.audit.models import AuditEntry, AuditHead
from formulary.audit.queries.named import ENTRIES, Tally
from formulary.db import db, hashed, streaming
from formulary.db.streaming import Told, quietly


@dataclass(frozen=True)
class Fault:
    """One thing that the proof found off: which row, and what is wrong with it."""

    table: str
    row: str
    what: str


def chain_faults(told: Told = quietly, named: Tally | None = None) -> Iterator[Fault]:
    """Recompute the whole chain and its signed head; yields every row that does not hold, and the head.

    One walk from the first entry to the last, some thousands at a time: a trail of any length fits. What its
    entries name of the ledger is added to `named`.
    """
    found = named if named is not None else Tally()
    last, newest = 0, chain.GENESIS
    for rows in streaming.parts(_entries(), told, ENTRIES):
        numbers, previous, own, listed, texts = zip(*rows, strict=True)
        altered = set(hashed.differing(numbers, own, texts))
        before, follow = (last, *numbers[:-1]), (newest, *own[:-1])
        if altered or previous != follow or numbers[-1] - last != len(numbers):
            yield from _entry_faults(zip(numbers, before, previous, follow, strict=True), altered)
        found.add_listed(listed)
        last, newest = numbers[-1], own[-1]
    yield from _head_faults(last, newest)


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


def _entries() -> Any:
    """Every entry in order: its key, the hash before it, its own, its movements, and what is hashed."""
    listed = type_coerce(AuditEntry.movements, Text)
    text = hashed.as_bytes(hashed_text())
    query = db.select(AuditEntry.id, AuditEntry.previous, AuditEntry.hash, listed, text)
    return query.order_by(AuditEntry.id)


def _entry_faults(links: Iterable[tuple[int, int, str, str]], altered: Collection[int]) -> Iterator[Fault]:
    """Of a stretch of the chain: each key, the one before it, the hash it names and the one it should."""
    for number, last, named, held in links:
        if number != last + 1 or named != held or number in altered:
            yield _entry_fault(number, last, named != held)


def _entry_fault(number: int, last: int, out_of_order: bool) -> Fault:
    if number != last + 1:
        gap = f"entry {last + 1}" if last + 2 == number else f"entries {last + 1} to {number - 1}"
        return Fault("audit_entry", gap, "is missing from the trail")
    if out_of_order:
        return Fault("audit_entry", f"entry {number}", "does not follow the entry before it")
    return Fault("audit_entry", f"entry {number}", "was altered after it was written")


def _head_faults(count: int, newest: str) -> Iterator[Fault]:
    """The head counts its entries by the key of the last one, which are without a gap."""
    head = db.session.get(AuditHead, 1, populate_existing=True)
    if head is None:
        if count:
            yield Fault("audit_head", "head", f"is missing, the trail holds {count}")
        return
    if (head.entries, head.hash) != (count, newest):
        yield Fault("audit_head", "head", f"says {head.entries} entries, the trail holds {count}")
    key = current_app.extensions["formulary"].head_key
    if head.signature != chain.head_signature(key, head.entries, head.hash):
        yield Fault("audit_head", "head", "is not signed with this installation's key")
