"""Hashes computed where the rows lie: a proof of millions of rows reads only those that do not hold."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import BindParameter, LargeBinary, Text, cast, func, type_coerce

from formulary.db.base import db


def sha256(text: Any) -> Any:
    """The SHA-256 of a text expression over its UTF-8, as 64 hexadecimal digits."""
    if not on_sqlite():
        digest = func.pg_catalog.sha256(func.convert_to(text, "UTF8"))
        return func.encode(digest, "hex")
    connection: Any = db.session.connection().connection.driver_connection
    connection.create_function("formulary_sha256", 1, _hex, deterministic=True)
    return func.formulary_sha256(text)


def joined(parts: Sequence[Any], mark: str = "|") -> Any:
    """The parts between bars as one text, what is absent as nothing: `"|".join` where the rows lie.

    A part may be a list, which stands between bars of its own, and a word of ours, which is written as it is.
    SQLite puts all of it together at once: a text within a text takes it half as long again.
    """
    if on_sqlite():
        values = [part for part in _flat(parts) if not isinstance(part, str)]
        return func.format(_form(parts, mark), *values)
    one_each = [joined(part) if isinstance(part, list) else part for part in parts]
    return func.concat_ws(mark, *map(_present, one_each))


def _form(parts: Sequence[Any], mark: str) -> str:
    return mark.join(_form(part, "|") if isinstance(part, list) else _slot(part) for part in parts)


def _slot(part: Any) -> str:
    return part.replace("%", "%%") if isinstance(part, str) else "%s"


def _flat(parts: Sequence[Any]) -> Iterator[Any]:
    for part in parts:
        yield from part if isinstance(part, list) else [part]


def _present(part: Any) -> Any:
    """PostgreSQL leaves out what is absent, together with its bar."""
    is_there = isinstance(part, str | BindParameter) or getattr(part, "nullable", True) is False
    return part if is_there else func.coalesce(cast(part, Text), "")


def size(text: Any) -> Any:
    """How many bytes a text has: neither database counts them one by one, as it does letters."""
    return func.length(cast(text, LargeBinary)) if on_sqlite() else func.octet_length(text)


def instant(column: Any) -> Any:
    """An instant as SQLite stores it, "2026-11-24 12:00:00.000000" in UTC: the text that is hashed."""
    if on_sqlite():
        return type_coerce(column, Text)
    return func.to_char(func.timezone("UTC", column), "YYYY-MM-DD HH24:MI:SS.US")


def as_bytes(text: Any) -> Any:
    """The text as its bytes where the database gives them as they lie there: SQLite alone."""
    return cast(text, LargeBinary) if on_sqlite() else text


def in_bytes(text: Any) -> bytes:
    """What came of `as_bytes`, which PostgreSQL's driver reads as text."""
    return text if isinstance(text, bytes) else text.encode()


def all_hold(held: Sequence[bytes], texts: Sequence[bytes]) -> bool:
    """Whether each hash is that of its text, by one comparison: a bar in a hash would be one too many."""
    taken = [hashlib.sha256(text).hexdigest() for text in texts]
    return "|".join(taken).encode() == b"|".join(held)


def differing(keys: Sequence[bytes], held: Sequence[bytes], texts: Sequence[bytes]) -> list[bytes]:
    """The keys of the rows whose hash is not that of their text."""
    rows = zip(keys, held, texts, strict=True)
    return [key for key, own, text in rows if hashlib.sha256(text).hexdigest().encode() != own]


def on_sqlite() -> bool:
    """Whether the present session speaks to SQLite."""
    return db.session.get_bind().dialect.name == "sqlite"


def _hex(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
