"""The driver's own rows of a statement, for answers where SQLAlchemy's are half of what they cost."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, Select

from formulary.db.base import db

Bind = Callable[[Any], Any]
Row = tuple[Any, ...]


@dataclass(frozen=True)
class _Sent:
    """A statement as the driver takes it: its text, the values that are its own, and how others are written;
    `lists` has the names that stand for a list; `order` where the driver takes values by place.
    """

    text: str
    own: Mapping[str, Any]
    written: Mapping[str, Bind]
    lists: Mapping[str, Sequence[str]]
    order: tuple[str, ...] | None

    def with_values(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver takes them."""
        told = dict(self.own)
        for name, given in values.items():
            if name in self.lists:
                told.update(zip(self.lists[name], given, strict=True))
            else:
                told[name] = given
        for name, write in self.written.items():
            told[name] = write(told[name])
        return told if self.order is None else tuple(told[name] for name in self.order)


def driver_rows(statement: Select[Any], values: Mapping[str, Any]) -> list[Row]:
    """The rows as they lie there, in the session's transaction; build the statement once and keep it.

    A list is for a name of `prepared.values`. Raises what SQLAlchemy raises, with the driver's own cause.
    """
    return _asked(statement, values)[0]


def plain_rows(statement: Select[Any], values: Mapping[str, Any]) -> list[Row]:
    """The same with every value as its column's type reads it, what the session has not written yet first."""
    if db.session.autoflush:
        db.session.flush()
    rows, kinds = _asked(statement, values)
    readers = _readers(statement, db.session.connection().dialect, kinds) if rows else ()
    return [_read(row, readers) for row in rows] if readers else rows


def _asked(statement: Select[Any], values: Mapping[str, Any]) -> tuple[list[Row], tuple[Any, ...]]:
    """The rows, and the driver's kinds of their columns."""
    connection = db.session.connection()
    sent = _sent(statement, connection.dialect, tuple(_shape(values)))
    told, cursor = sent.with_values(values), connection.connection.cursor()
    for note in connection.dispatch.before_cursor_execute:
        note(connection, cursor, sent.text, told, None, False)
    try:
        cursor.execute(sent.text, told)
        return list(cursor.fetchall()), tuple(column[1] for column in cursor.description or ())
    except connection.dialect.loaded_dbapi.Error as fault:
        connection._handle_dbapi_exception(fault, sent.text, told, cursor, None)
    finally:
        cursor.close()


def _shape(values: Mapping[str, Any]) -> Iterator[tuple[str, int | None]]:
    """The names, each with the length of its list where it stands for one."""
    return ((name, len(given) if isinstance(given, list) else None) for name, given in values.items())


@lru_cache(1024)
def _sent(statement: Select[Any], dialect: Dialect, shape: Iterable[tuple[str, int | None]]) -> _Sent:
    compiled: Any = statement.compile(dialect=dialect)
    told = {name: None if length is None else [None] * length for name, length in shape}
    whole = compiled.construct_expanded_state(told)
    order = tuple(whole.positiontup) if whole.positiontup else None
    written = dict(_writers(compiled, whole.parameter_expansion, dialect))
    return _Sent(whole.statement, whole.parameters, written, whole.parameter_expansion, order)


def _writers(
    compiled: Any, lists: Mapping[str, Sequence[str]], dialect: Dialect
) -> Iterator[tuple[str, Bind]]:
    for bind, name in compiled.bind_names.items():
        if write := bind.type.dialect_impl(dialect).bind_processor(dialect):
            yield from ((one, write) for one in lists.get(name, [name]))


@lru_cache(1024)
def _readers(
    statement: Select[Any], dialect: Dialect, kinds: tuple[Any, ...]
) -> tuple[tuple[int, Bind], ...]:
    """What reads which column of a row; none for those that the driver gives as they are."""
    columns = [column.type.dialect_impl(dialect) for column in statement.selected_columns]
    if len(columns) != len(kinds):
        raise TypeError(f"{len(kinds)} columns came for {len(columns)}")
    found = ((place, column.result_processor(dialect, kinds[place])) for place, column in enumerate(columns))
    return tuple((place, read) for place, read in found if read)


def _read(row: Row, readers: Sequence[tuple[int, Bind]]) -> Row:
    values = list(row)
    for place, read in readers:
        values[place] = read(values[place])
    return tuple(values)
