"""The driver's own rows of a statement, for the one answer where SQLAlchemy's are half of what it costs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, Select

from formulary.db.base import db

Bind = Callable[[Any], Any]


@dataclass(frozen=True)
class _Sent:
    """A statement as the driver takes it: its text, the values that are its own, and how others are written;
    `order` where the driver takes values by place.
    """

    text: str
    own: Mapping[str, Any]
    written: Mapping[str, Bind]
    order: tuple[str, ...] | None

    def with_values(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver takes them."""
        told = {**self.own, **values}
        for name, write in self.written.items():
            told[name] = write(told[name])
        return told if self.order is None else tuple(told[name] for name in self.order)


def driver_rows(statement: Select[Any], values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows as they lie there, in the session's transaction; build the statement once and keep it.

    What goes wrong is asked once more by SQLAlchemy, which knows how to tell it.
    """
    connection = db.session.connection()
    sent = _sent(statement, connection.dialect)
    told, cursor = sent.with_values(values), connection.connection.cursor()
    for note in connection.dispatch.before_cursor_execute:
        note(connection, cursor, sent.text, told, None, False)
    try:
        cursor.execute(sent.text, told)
        return list(cursor.fetchall())
    except connection.dialect.loaded_dbapi.Error:
        return [tuple(row) for row in connection.execute(statement, values)]
    finally:
        cursor.close()


@lru_cache(256)
def _sent(statement: Select[Any], dialect: Dialect) -> _Sent:
    compiled: Any = statement.compile(dialect=dialect)
    writers = {name: bind.type.dialect_impl(dialect) for bind, name in compiled.bind_names.items()}
    written = {name: write for name, kind in writers.items() if (write := kind.bind_processor(dialect))}
    order = tuple(compiled.positiontup) if compiled.positiontup else None
    return _Sent(compiled.string, compiled.params, written, order)
