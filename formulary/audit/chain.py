"""The hash chain: a canonical, length-prefixed encoding of an entry, and the signed head."""

import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

from formulary.rules.findings import canonical

VERSION = b"formulary-audit-1"
GENESIS = "0" * 64
HASHED = (
    "id", "at", "site_id", "person_id", "person_name", "role", "action", "outcome", "object_kind", "object_id",
    "old", "new", "movements", "reason", "request_id", "previous",
)  # fmt: skip


def entry_hash(entry: Any) -> str:
    """SHA-256 over every field of the entry, each behind its length, and the hash before it."""
    return encoded_hash(entry_values(entry))


def entry_values(entry: Any) -> Iterator[Any]:
    """The fields that the hash covers, in their order; an instant in ISO, UTC."""
    for name in HASHED:
        value = getattr(entry, name)
        yield value.isoformat() if name == "at" else value


def encoded_hash(values: Iterator[Any]) -> str:
    """The hash of values already in their order."""
    digest = hashlib.sha256(VERSION)
    for value in values:
        text = (value if isinstance(value, str) else canonical(value)).encode()
        digest.update(b"%d:" % len(text) + text)
    return digest.hexdigest()


def head_signature(key: bytes, entries: int, last: str) -> str:
    """An HMAC over the count and the last hash: nobody without the key can shorten the chain unseen."""
    return hmac.new(key, f"{VERSION.decode()}:{entries}:{last}".encode(), hashlib.sha256).hexdigest()
