"""The database: one session, one kind of transaction, exact types, idempotency keys."""

from formulary.db.base import Base, Versioned, db
from formulary.db.keys import RequestKey, once
from formulary.db.session import Busy, Misuse, Missing, Stale, before_commit, expect_version, retried, transaction
from formulary.db.types import CanonicalJson, Steps, UtcDateTime, one_of

__all__ = [
    "Base",
    "Busy",
    "CanonicalJson",
    "Misuse",
    "Missing",
    "RequestKey",
    "Stale",
    "Steps",
    "UtcDateTime",
    "Versioned",
    "before_commit",
    "db",
    "expect_version",
    "once",
    "one_of",
    "retried",
    "transaction",
]
