"""The database: one session, one kind of transaction, exact types, idempotency keys."""

from formulary.db import bulk
from formulary.db.base import FRESH, Base, Versioned, db
from formulary.db.files import StoredFile, content_hash
from formulary.db.keys import RequestKey, once
from formulary.db.reading import rows_of
from formulary.db.retrying import Busy, retried
from formulary.db.session import (
    Missing,
    Misuse,
    Stale,
    before_commit,
    exclusive,
    expect_version,
    look_again,
    past_orm,
    read_once,
    transaction,
)
from formulary.db.types import CanonicalJson, Steps, UtcDateTime, one_of

__all__ = [
    "FRESH",
    "Base",
    "Busy",
    "CanonicalJson",
    "Missing",
    "Misuse",
    "RequestKey",
    "Stale",
    "Steps",
    "StoredFile",
    "UtcDateTime",
    "Versioned",
    "before_commit",
    "bulk",
    "content_hash",
    "db",
    "exclusive",
    "expect_version",
    "look_again",
    "once",
    "one_of",
    "past_orm",
    "read_once",
    "retried",
    "rows_of",
    "transaction",
]
