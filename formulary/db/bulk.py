"""Loading many rows at once, past the ORM: inside the one transaction, with keys in hand and exact types."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Column, Connection, Dialect, Table, func, select, text
from sqlalchemy.orm import Session

from formulary.db.base import db
from formulary.db.session import Misuse

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


def load(model: Model, rows: Iterable[Values]) -> None:
    """Insert rows that carry their keys; a column that a row leaves out gets its default, or NULL.

    PostgreSQL takes them by COPY. Raises Misuse outside `transaction()`, as every write does.
    """
    session, table = _writing(), model.__table__
    connection = session.connection()
    if getattr(model, "__audited__", True):
        session.info["changed"] = True
    values = _converted(table, rows, connection.dialect)
    if connection.dialect.name == "postgresql":
        _copy(connection, table, values)
    elif ready := list(values):
        connection.exec_driver_sql(_insert(table), ready)


def _writing() -> Session:
    session = db.session()
    if not session.info.get("writing"):
        raise Misuse("A bulk load outside transaction()")
    return session


def _converted(table: Table, rows: Iterable[Values], dialect: Dialect) -> Iterator[tuple[Any, ...]]:
    columns = [(c.name, _default(c), _converter(c, dialect)) for c in table.columns]
    for row in rows:
        yield tuple(
            convert(row.get(name, default)) if convert else row.get(name, default)
            for name, default, convert in columns
        )


def _default(column: Column[Any]) -> Any:
    default: Any = column.default
    return default.arg if default is not None and default.is_scalar else None


def _converter(column: Column[Any], dialect: Dialect) -> Convert | None:
    return column.type.dialect_impl(dialect).bind_processor(dialect)


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
