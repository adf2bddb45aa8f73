"""Hashes computed where the rows lie: a proof of millions of rows reads only those that do not hold."""

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import LargeBinary, Text, cast, func, type_coerce

from formulary.db.base import db


def sha256(text: Any) -> Any:
    """The SHA-256 of a text expression over its UTF-8, as 64 hexadecimal digits."""
    if not on_sqlite():
        digest = func.pg_catalog.sha256(func.convert_to(text, "UTF8"))
        return func.encode(digest, "hex")
    connection: Any = db.session.connection().connection.driver_connection
    connection.create_function("formulary_sha256", 1, _hex, deterministic=True)
    return func.formulary_sha256(text)


def joined(parts: Sequence[Any]) -> Any:
    """The parts between bars as one text, what is absent as nothing: `"|".join` where the rows lie."""
    if on_sqlite():
        return func.format("|".join(["%s"] * len(parts)), *parts)
    barred = [piece for part in parts for piece in ("|", part)]
    return func.concat(*barred[1:])


def instant(column: Any) -> Any:
    """An instant as SQLite stores it, "2026-11-24 12:00:00.000000" in UTC: the text that is hashed."""
    if on_sqlite():
        return type_coerce(column, Text)
    return func.to_char(func.timezone("UTC", column), "YYYY-MM-DD HH24:MI:SS.US")


def as_bytes(text: Any) -> Any:
    """The text as `differing` takes it: of SQLite its bytes, which are hashed as they come."""
    return cast(text, LargeBinary) if on_sqlite() else text


def differing(keys: Sequence[int], held: Sequence[str], texts: Sequence[Any]) -> list[int]:
    """The keys of the rows whose hash is not that of their text, or of its bytes; one row at least."""
    raw = texts if isinstance(texts[0], bytes) else [text.encode() for text in texts]
    taken = [hashlib.sha256(text).hexdigest() for text in raw]
    if taken == list(held):
        return []
    return [key for key, one, other in zip(keys, taken, held, strict=True) if one != other]


def on_sqlite() -> bool:
    """Whether the present session speaks to SQLite."""
    return db.session.get_bind().dialect.name == "sqlite"


def _hex(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
