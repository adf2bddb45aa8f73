"""Proving the chain: every hash again, the order, and the signed head."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import Text, type_coerce

from formulary.audit import chain
from formulary.audit.models import AuditEntry, AuditHead
from formulary.audit.queries.named import ENTRIES, Tally
from formulary.db import db, hashed, kinds
from formulary.db.streaming import Columns, Told, Walk, quietly


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
    found, walk = named if named is not None else Tally(), Walk(AuditEntry.id, _asked(), ENTRIES)
    last, newest = 0, chain.GENESIS.encode()
    for stretch in walk.stretches(told):
        if links := _links(stretch.columns, last, newest):
            found.add_written(links[2])
            newest = stretch.columns[0][-1]
        else:
            columns = Walk(AuditEntry.id, (*_first(), *_asked())).one_by_one(stretch)
            yield from _stretch_faults(columns, last, newest)
            found.add_listed(columns[2])
            newest = columns[3][-1]
        last = stretch.last
    yield from _head_faults(last, newest.decode(errors="replace"))


def _links(columns: Columns, last: int, newest: bytes) -> Columns:
    """Keys, hashes before and movements of entries that are as they were written and follow one another
    without a gap, the first of them the one that is named; else nothing.
    """
    if not columns or not hashed.all_hold(*columns):
        return ()
    own, texts = columns
    _, numbers, previous, listed, _ = zip(*[text.split(b"|", 4) for text in texts], strict=True)
    behind = "|".join(map(str, range(last + 1, last + 1 + len(numbers)))).encode()
    follow = previous == (newest, *own[:-1]) and b"|".join(numbers) == behind
    return (numbers, previous, listed) if follow else ()


def hashed_text() -> Any:
    """The text that `chain.row_hash` takes, as the database puts it together."""
    return hashed.joined(_hashed())


def _hashed() -> list[Any]:
    free = [_text(name) for name in chain.FREE]
    plain = [_text(name) for name in chain.PLAIN]
    version = kinds.vouched(chain.VERSION, AuditEntry, sized=chain.FREE)
    return [version, *plain, *map(hashed.size, free), *free, _text(chain.LAST)]


def _text(name: str) -> Any:
    column = getattr(AuditEntry, name)
    if name == "at":
        return hashed.instant(column)
    return type_coerce(column, Text) if name in chain.JSON else column


def _asked() -> tuple[Any, ...]:
    """Of an entry: its own hash, and what is hashed."""
    return AuditEntry.hash, _hashed()


def _first() -> list[Any]:
    """The key of an entry, the hash before it, and its movements."""
    return [_text(name) for name in chain.FIRST]


def _stretch_faults(columns: Columns, last: int, newest: bytes) -> Iterator[Fault]:
    """Of a stretch of the chain that does not hold: each entry beside the one before it."""
    numbers, previous, _, own, texts = columns
    altered = set(hashed.differing(numbers, own, texts))
    for key, named, held in zip(numbers, previous, own, strict=True):
        if int(key) != last + 1 or named != newest or key in altered:
            yield _entry_fault(int(key), last, named != newest)
        last, newest = int(key), held


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
