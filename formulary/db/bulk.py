"""Loading many rows at once, past the ORM: inside the one transaction, with keys in hand and exact types."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Table, func, select, text
from sqlalchemy.orm import Session

from formulary.db.base import db
from formulary.db.session import Misuse, forget
from formulary.db.types import UtcDateTime

Model = Any
Values = Mapping[str, Any]
Convert = Callable[[Any], Any]


def first_keys(models: Iterable[Model]) -> dict[Model, int]:
    """The first free key of each table; until this act ends nobody else can take one.

    PostgreSQL locks the tables against other writers, SQLite has only one writer.
    """
    session, wanted = _writing(), list(models)
    if session.get_bind().dialect.name == "postgresql":
        names = ", ".join(sorted(f'"{model.__tablename__}"' for model in wanted))
        session.execute(text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"))
    return {model: (session.scalar(select(func.max(model.id))) or 0) + 1 for model in wanted}


def load(model: Model, rows: Iterable[Values], *, as_stored: Collection[str] = ()) -> None:
    """Insert rows that carry their keys; a column that a row leaves out gets its default, or NULL.

    The columns `as_stored` come as the database keeps them. PostgreSQL takes the rows by COPY. Raises Misuse
    outside `transaction()`, as every write does.
    """
    session, table = _writing(), model.__table__
    connection = session.connection()
    if getattr(model, "__audited__", True):
        session.info["changed"] = True
    forget(session, {model})
    values = _converted(table, rows, _converters(table, connection.dialect, as_stored))
    if connection.dialect.name == "postgresql":
        _copy(connection, table, values)
    elif ready := list(values):
        connection.exec_driver_sql(_insert(table), ready)


def learn(models: Iterable[Model]) -> None:
    """Let PostgreSQL learn at once what these tables hold now, so that it asks them by their indexes.

    It would by itself, some time after; SQLite goes by its indexes anyway.
    """
    session = _writing()
    if session.get_bind().dialect.name == "postgresql":
        names = ", ".join(f'"{model.__tablename__}"' for model in models)
        session.connection().exec_driver_sql(f"ANALYZE {names}")


def _writing() -> Session:
    session = db.session()
    if not session.info.get("writing"):
        raise Misuse("A bulk load outside transaction()")
    return session


def _converted(
    table: Table, rows: Iterable[Values], converters: Mapping[int, Convert]
) -> Iterator[tuple[Any, ...]]:
    columns = [(column.name, _default(column)) for column in table.columns]
    for row in rows:
        values = [row.get(name, default) for name, default in columns]
        for place, convert in converters.items():
            values[place] = convert(values[place])
        yield tuple(values)


def _converters(table: Table, dialect: Dialect, as_stored: Collection[str]) -> dict[int, Convert]:
    """What turns a value into what the driver takes, by the place of the column."""
    found = ((place, column.name, _converter(column, dialect)) for place, column in enumerate(table.columns))
    return {place: convert for place, name, convert in found if convert and name not in as_stored}


def _default(column: Column[Any]) -> Any:
    default: Any = column.default
    return default.arg if default is not None and default.is_scalar else None


def _converter(column: Column[Any], dialect: Dialect) -> Convert | None:
    convert = column.type.dialect_impl(dialect).bind_processor(dialect)
    # Rows that are written together share their instants.
    return lru_cache(1024)(convert) if convert and isinstance(column.type, UtcDateTime) else convert


def _insert(table: Table) -> str:
    marks = ", ".join("?" for _ in table.columns)
    return f"INSERT INTO {_named(table)} VALUES ({marks})"  # noqa: S608 - names of our own tables


def _named(table: Table) -> str:
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    return f'"{table.name}" ({columns})'


def _copy(connection: Connection, table: Table, values: Iterable[tuple[Any, ...]]) -> None:
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        with cursor.copy(f"COPY {_named(table)} FROM STDIN") as copy:
            for row in values:
                copy.write_row(row)
        if table.autoincrement_column is not None:
            _move_sequence(cursor, table)


def _move_sequence(cursor: Any, table: Table) -> None:
    """Let the database's own keys go on behind the ones that came with the rows."""
    cursor.execute(
        f"SELECT setval(pg_get_serial_sequence('\"{table.name}\"', 'id'), max(id)) "  # noqa: S608
        f'FROM "{table.name}" HAVING max(id) IS NOT NULL'
    )
