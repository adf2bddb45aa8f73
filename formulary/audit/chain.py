"""The hash chain: a canonical, length-prefixed encoding of an entry, and the signed head."""

import hashlib
import hmac
from datetime import UTC, datetime
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
    values = {name: getattr(entry, name) for name in HASHED}
    values |= {name: canonical(values[name]) for name in JSON}
    return row_hash(*values.values())


def row_hash(  # noqa: PLR0917 - a field each: proving a million entries lives in this function
    number: Any, at: Any, site: Any, person: Any, name: str, role: str, action: str, outcome: str, kind: str,
    about: Any, old: str, new: str, movements: str, reason: str, request: str, previous: str,
) -> str:  # fmt: skip
    """SHA-256 over the version and every field behind its length; JSON as its canonical text."""
    number, site, person, about, at = str(number), str(site), str(person), str(about), instant_text(at)
    encoded = (
        f"{VERSION}|{len(number)}:{number}{len(at)}:{at}{len(site)}:{site}{len(person)}:{person}{len(name)}:{name}"
        f"{len(role)}:{role}{len(action)}:{action}{len(outcome)}:{outcome}{len(kind)}:{kind}{len(about)}:{about}"
        f"{len(old)}:{old}{len(new)}:{new}{len(movements)}:{movements}{len(reason)}:{reason}"
        f"{len(request)}:{request}{len(previous)}:{previous}"
    )
    return hashlib.sha256(encoded.encode()).hexdigest()


def instant_text(at: datetime | str) -> str:
    """An instant as SQLite stores it: UTC, with its microseconds."""
    return at if isinstance(at, str) else at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def head_signature(key: bytes, entries: int, last: str) -> str:
    """An HMAC over the count and the last hash: nobody without the key can shorten the chain unseen."""
    return hmac.new(key, f"{VERSION}:{entries}:{last}".encode(), hashlib.sha256).hexdigest()
