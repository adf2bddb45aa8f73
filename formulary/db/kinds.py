"""Whether a row holds what its columns are made for, which the text that is hashed of it does not show.

SQLite keeps any value in any column: in a text the bytes "7" read like the number 7, nothing is read behind
a NUL, and '' reads like what is absent; but whoever asks for 7 does not find the bytes, so that a row could
be hidden with its hash in order. PostgreSQL's columns have types; of its instants alone, one before our era
reads like one of it.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, DateTime, Integer, String, and_, case, func, literal, literal_column, or_, true

from formulary.db import hashed
from formulary.db.base import Base

FIRST = literal_column("TIMESTAMPTZ '0001-01-01 00:00:00+00'", DateTime(timezone=True))
LAST = literal_column("TIMESTAMPTZ '9999-12-31 23:59:59.999999+00'", DateTime(timezone=True))
NUL = func.char(literal_column("0"))


def vouched(version: str, model: type[Base]) -> Any:
    """The version that the hashed text of a row begins with; another word where one of its values is not of
    its column's kind: no hash holds then, whatever the rest reads like.

    All columns of the model are asked. Raises TypeError for one of which nobody could tell.
    """
    asked = [_sound(column) for column in _columns(model)]
    return case((and_(true(), *asked), literal(version)), else_=literal(f"not {version}"))


def _columns(model: Any) -> Iterator[Column[Any]]:
    yield from model.__table__.columns


def _sound(column: Column[Any]) -> Any:
    """That a value is what the column is made for."""
    kind = getattr(column.type, "impl_instance", column.type)
    if not isinstance(kind, Integer | String | DateTime):
        raise TypeError(f"Nobody knows what {column} may hold")
    if column.nullable and not isinstance(kind, Integer):
        raise TypeError(f"Nobody could tell an empty {column} from an absent one")
    return _on_sqlite(column, kind) if hashed.on_sqlite() else _on_postgresql(column, kind)


def _on_sqlite(column: Column[Any], kind: Any) -> Any:
    stored = func.typeof(column)
    if isinstance(kind, Integer):
        whole = stored == literal_column("'integer'")
        return or_(column.is_(None), whole) if column.nullable else whole
    return and_(stored == literal_column("'text'"), func.instr(column, NUL) == literal_column("0"))


def _on_postgresql(column: Column[Any], kind: Any) -> Any:
    return column.between(FIRST, LAST) if isinstance(kind, DateTime) else true()
