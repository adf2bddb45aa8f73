"""The hash chain: a canonical, length-prefixed encoding of an entry, and the signed head."""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from formulary.rules.findings import canonical

VERSION = "formulary-audit-1"
GENESIS = "0" * 64
JSON = frozenset({"old", "new", "movements"})
HASHED = (
    "id", "at", "site_id", "person_id", "person_name", "role", "action", "outcome", "object_kind",
    "object_id", "old", "new", "movements", "reason", "request_id", "previous",
)  # fmt: skip


def entry_hash(entry: Any) -> str:
    """The hash of an entry that is about to be written, and of the one before it."""
    return encoded_hash(text_of(name, getattr(entry, name)) for name in HASHED)


def text_of(name: str, value: Any) -> str:
    """One field as it is hashed: an instant in ISO and UTC, JSON canonical, None as the word."""
    if name == "at":
        return instant_text(value)
    return canonical(value) if name in JSON else str(value)


def instant_text(at: datetime) -> str:
    """An instant of UTC, always with its microseconds."""
    return at.isoformat(timespec="microseconds")


def encoded_hash(texts: Iterable[str]) -> str:
    """SHA-256 over texts already in their order, each behind its length."""
    return hashlib.sha256("".join([f"{len(text)}:{text}" for text in (VERSION, *texts)]).encode()).hexdigest()


def head_signature(key: bytes, entries: int, last: str) -> str:
    """An HMAC over the count and the last hash: nobody without the key can shorten the chain unseen."""
    return hmac.new(key, f"{VERSION}:{entries}:{last}".encode(), hashlib.sha256).hexdigest()
