"""The hash chain: one text of an entry that no other entry has, and the signed head."""

import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any

from formulary.db import Misuse

VERSION = "formulary-audit-2"
GENESIS = "0" * 64
JSON = frozenset({"old", "new", "movements"})
HASHED = (
    "id", "at", "site_id", "person_id", "person_name", "role", "action", "outcome", "object_kind",
    "object_id", "old", "new", "movements", "reason", "request_id", "previous",
)  # fmt: skip
OWN_WORDS = ("role", "action", "outcome", "object_kind", "request_id")
FIRST = ("id", "previous", "movements")
"""What a proof reads out of the text stands first: none of it holds a bar."""
PLAIN = (*FIRST, "at", "site_id", "person_id", *OWN_WORDS, "object_id")
FREE, LAST = ("person_name", "old", "new"), "reason"
"""What people typed stands at the end, each but the last behind its length in bytes: no bar in it can be
mistaken."""


def row_hash(*values: Any) -> str:
    """SHA-256 over the version and every field between bars, free words last; JSON as its canonical text."""
    row = dict(zip(HASHED, values, strict=True))
    row["at"] = instant_text(row["at"])
    if any("|" in str(row[name]) for name in OWN_WORDS):
        raise Misuse(f"A bar parts the fields of an entry: {[row[name] for name in OWN_WORDS]}")
    lengths = [len(row[name].encode()) for name in FREE]
    told = [VERSION, *(row[name] for name in PLAIN), *lengths, *(row[name] for name in FREE), row[LAST]]
    return hashlib.sha256("|".join("" if part is None else str(part) for part in told).encode()).hexdigest()


def instant_text(at: datetime | str) -> str:
    """An instant as SQLite stores it: UTC, with its microseconds."""
    return at if isinstance(at, str) else at.astimezone(UTC).isoformat(" ", "microseconds")[:26]


def head_signature(key: bytes, entries: int, last: str) -> str:
    """An HMAC over the count and the last hash: nobody without the key can shorten the chain unseen."""
    return hmac.new(key, f"{VERSION}:{entries}:{last}".encode(), hashlib.sha256).hexdigest()
