"""Statements that go to the driver as they were compiled once: what SQLAlchemy does around one of them takes
several times as long as the database takes to answer it.

They go by the session's own connection, inside its transaction and under its guards. A statement is built
once and kept; what is built for one occasion goes by the session, which knows its like from before.
"""

import re
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Dialect
from sqlalchemy.orm import Session

from formulary.db.base import Base, db
from formulary.db.session import past_orm, under_way

Bind = Callable[[Any], Any]
Row = tuple[Any, ...]
WORD = re.compile(r"\w+")
OWN_CURSOR, MOST_ROWS = "formulary.db.bare", 1_000
"""A cursor keeps the rows of its last answer: one that holds more of them is let go."""
_tuple: Any = namedtuple


@dataclass
class _Sent:
    """A statement as the driver takes it: its text, the values that are its own, and how others are written;
    `lists` has the names that stand for a list; `order` where the driver takes values by place; `tables` are
    all whose names stand in it, `kinds` the driver's of its columns, once it has answered.
    """

    text: str
    own: Mapping[str, Any]
    written: Mapping[str, Bind]
    lists: Mapping[str, Sequence[str]]
    order: tuple[str, ...] | None
    tables: frozenset[str]
    kinds: tuple[Any, ...] | None = None

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


def driver_rows(statement: Any, values: Mapping[str, Any]) -> list[Row]:
    """The rows as they lie there, in the session's transaction; build the statement once and keep it.

    A list is for a name of `prepared.values`. Raises what SQLAlchemy raises, with the driver's own cause.
    """
    connection = under_way(db.session())
    return _asked(connection, _sent(statement, connection.dialect, _shape(values)), values)


def plain_rows(statement: Any, values: Mapping[str, Any]) -> list[Row]:
    """The same with every value as its column's type reads it, what the session has not written yet first."""
    session = db.session()
    if session.autoflush:
        session.flush()
    connection = under_way(session)
    sent = _sent(statement, connection.dialect, _shape(values))
    rows = _asked(connection, sent, values)
    readers = _readers(statement, connection.dialect, sent.kinds) if rows else ()
    return [_read(row, readers) for row in rows] if readers else rows


def named_rows(statement: Any, values: Mapping[str, Any]) -> list[Any]:
    """The same, each value by the name of its column too."""
    rows = plain_rows(statement, values)
    return list(map(_named(statement), rows)) if rows else rows


def put(table: type[Base], statement: Any, values: Mapping[str, Any]) -> list[Row]:
    """Write to this table in the act under way; the rows that the statement returns, as the driver has them.

    What the session has not written yet is not written first. Raises Misuse outside an act; an entry of the
    trail is owed for it as for every change.
    """
    connection = past_orm(table)
    return _asked(connection, _sent(statement, connection.dialect, _shape(values)), values)


def tables_in(session: Session, statement: Any, values: Mapping[str, Any]) -> frozenset[str]:
    """The names of all tables that a statement asks."""
    return _sent(statement, under_way(session).dialect, _shape(values)).tables


def _asked(connection: Connection, sent: _Sent, values: Mapping[str, Any]) -> list[Row]:
    told, cursor = sent.with_values(values), _cursor(connection)
    for note in connection.dispatch.before_cursor_execute:
        note(connection, cursor, sent.text, told, None, False)
    try:
        cursor.execute(sent.text, told)
        if sent.kinds is None:  # a driver may take longer to tell of the columns than to ask for the rows
            sent.kinds = tuple(column[1] for column in cursor.description or ())
        rows = list(cursor.fetchall()) if sent.kinds else []
    except connection.dialect.loaded_dbapi.Error as fault:
        del connection.info[OWN_CURSOR]
        connection._handle_dbapi_exception(fault, sent.text, told, cursor, None)
    if len(rows) > MOST_ROWS:
        connection.info.pop(OWN_CURSOR).close()
    return rows


def _cursor(connection: Connection) -> Any:
    """The one cursor of this connection for what is read whole at once: PostgreSQL's driver takes a third of
    its time for a statement to make another, which knows no types yet.
    """
    kept = connection.info
    if OWN_CURSOR not in kept:
        kept[OWN_CURSOR] = connection.connection.cursor()
    return kept[OWN_CURSOR]


def _shape(values: Mapping[str, Any]) -> tuple[tuple[str, int | None], ...]:
    """The names, each with the length of its list where it stands for one."""
    return tuple([(name, len(given) if isinstance(given, list) else None) for name, given in values.items()])


@lru_cache(1024)
def _sent(statement: Any, dialect: Dialect, shape: Iterable[tuple[str, int | None]]) -> _Sent:
    told = {name: None if length is None else [None] * length for name, length in shape}
    compiled: Any = statement.compile(dialect=dialect, column_keys=list(told) if statement.is_dml else None)
    whole = compiled.construct_expanded_state(told)
    lists, order = whole.parameter_expansion, tuple(whole.positiontup) if whole.positiontup else None
    given = {one for name in told for one in lists.get(name, [name])}
    written = dict(_writers(compiled, lists, dialect))
    own = {name: its for name, its in whole.parameters.items() if name not in given} | _defaults(compiled)
    own = {name: _as_written(written, name, its) for name, its in own.items()}
    written = {name: write for name, write in written.items() if name in given}
    return _Sent(whole.statement, own, written, lists, order, _tables(whole.statement))


def _defaults(compiled: Any) -> dict[str, Any]:
    """What stands in the columns of a new row that it leaves out; one that must be worked out is no value."""
    columns = compiled.insert_prefetch if compiled.isinsert else ()
    if worked_out := [column.name for column in columns if not column.default.is_scalar]:
        raise TypeError(f"Each row tells {worked_out} by itself")
    return {column.key: column.default.arg for column in columns}


def _as_written(written: Mapping[str, Bind], name: str, its: Any) -> Any:
    return written[name](its) if name in written else its


def _tables(text: str) -> frozenset[str]:
    return frozenset(word for word in WORD.findall(text) if word in Base.metadata.tables)


def _writers(
    compiled: Any, lists: Mapping[str, Sequence[str]], dialect: Dialect
) -> Iterator[tuple[str, Bind]]:
    for bind, name in compiled.bind_names.items():
        if write := bind.type.dialect_impl(dialect).bind_processor(dialect):
            yield from ((one, write) for one in lists.get(name, [name]))


@lru_cache(1024)
def _named(statement: Any) -> Callable[[Row], Any]:
    """What makes a row with names of a plain one."""
    names = [str(column.key) for column in statement.selected_columns]
    make: Callable[[Row], Any] = _tuple("Named", names, rename=True)._make
    return make


@lru_cache(1024)
def _readers(statement: Any, dialect: Dialect, kinds: tuple[Any, ...]) -> tuple[tuple[int, Bind], ...]:
    """What reads which column of a row; none for those that the driver gives as they are."""
    columns = [column.type.dialect_impl(dialect) for column in statement.selected_columns]
    if kinds is None or len(columns) != len(kinds):
        raise TypeError(f"{kinds} came for {len(columns)} columns")
    found = ((place, column.result_processor(dialect, kinds[place])) for place, column in enumerate(columns))
    return tuple((place, read) for place, read in found if read)


def _read(row: Row, readers: Sequence[tuple[int, Bind]]) -> Row:
    values = list(row)
    for place, read in readers:
        values[place] = read(values[place])
    return tuple(values)
