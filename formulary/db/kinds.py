"""Whether a row holds what its columns are made for, which the text that is hashed of it does not show.

SQLite keeps any value in any column: in a text the bytes "7" read like the number 7, nothing is read behind
a NUL, and '' reads like what is absent; but whoever asks for 7 does not find the bytes, so that a row could
be hidden with its hash in order. PostgreSQL's columns have types; of its instants alone, one before our era
reads like one of it.
"""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import (
    Column,
    DateTime,
    Integer,
    LargeBinary,
    String,
    case,
    cast,
    false,
    func,
    literal,
    literal_column,
    not_,
    or_,
)

from formulary.db import hashed
from formulary.db.base import Base

FIRST: Any = literal_column("TIMESTAMPTZ '0001-01-01 00:00:00+00'", DateTime(timezone=True))
LAST: Any = literal_column("TIMESTAMPTZ '9999-12-31 23:59:59.999999+00'", DateTime(timezone=True))
NOWHERE: Any = literal_column("0")
NUL: Any = func.char(NOWHERE)
TEXT: Any = literal_column("''")
BYTES: Any = literal_column("x''")
"""The first text and the first bytes: for SQLite every number comes before any text, and that before any
bytes. To compare takes half as long as to ask for the type.
"""
INSTANT: Any = literal_column(str(len("2026-11-24 12:00:00.000000")))


def vouched(version: str, model: type[Base], *, sized: Collection[str] = ()) -> Any:
    """The version that the hashed text of a row begins with; another word where one of its values is not of
    its column's kind: no hash holds then, whatever the rest reads like.

    All columns of the model are looked at; `sized` are those whose length in bytes is hashed, so that nothing
    can stand behind a NUL. Raises TypeError for a column of which nobody could tell.
    """
    strange = [found for column in _columns(model) for found in _strange(column, column.key in sized)]
    return case((or_(false(), *strange), literal(f"not {version}")), else_=literal(version))


def _columns(model: Any) -> Iterator[Column[Any]]:
    yield from model.__table__.columns


def _strange(column: Column[Any], is_sized: bool) -> Iterator[Any]:
    """What holds of a value that the column is not made for."""
    kind = getattr(column.type, "impl_instance", column.type)
    if not isinstance(kind, Integer | String | DateTime):
        raise TypeError(f"Nobody knows what {column} may hold")
    if column.nullable and not isinstance(kind, Integer):
        raise TypeError(f"Nobody could tell an empty {column} from an absent one")
    if hashed.on_sqlite():
        yield from _on_sqlite(column, kind, is_sized)
    elif isinstance(kind, DateTime):
        yield not_(column.between(FIRST, LAST))


def _on_sqlite(column: Column[Any], kind: Any, is_sized: bool) -> Iterator[Any]:
    yield column >= (TEXT if isinstance(kind, Integer) else BYTES)
    if isinstance(kind, DateTime):
        yield func.length(cast(column, LargeBinary)).is_not(INSTANT)
    elif isinstance(kind, String) and not is_sized:
        yield func.instr(column, NUL).is_not(NOWHERE)
