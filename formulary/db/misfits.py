"""Values that their columns are not made for, in any table: SQLite keeps whatever it is given.

A word where a number belongs is above every number; bytes that read like a word are found by nobody who asks
for the word; what stands behind a NUL no page shows. PostgreSQL's columns have types; of its dates and
instants alone, some are none of ours. The statements are written out as text: to build hundreds of tests of
objects takes longer than to go through a small clinic.
"""

from collections.abc import Collection, Iterator
from functools import cache
from typing import Any

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, LargeBinary, String, Table, text

from formulary.db import hashed, streaming
from formulary.db.base import Base, db

Misfit = tuple[str, int, str, str]
"""A table, the key of a row, the column, and what should stand there."""
KINDS: dict[type, tuple[str, str]] = {
    Boolean: ("integer", "yes or no"),
    Integer: ("integer", "whole number"),
    DateTime: ("text", "instant"),
    Date: ("text", "date"),
    String: ("text", "text"),
    LargeBinary: ("blob", "file"),
}
"""How SQLite calls a value of each kind of column, and how it is called here."""
DAY = "[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]"
SHAPES = {Date: DAY, DateTime: f"{DAY} [0-2][0-9]:[0-5][0-9]:[0-5][0-9].{'[0-9]' * 6}"}
SIZES = {Date: len("2026-11-24"), DateTime: len("2026-11-24 12:00:00.000000")}
OURS = {
    Date: "DATE '0001-01-01' AND DATE '9999-12-31'",
    DateTime: "TIMESTAMPTZ '0001-01-01 00:00:00+00' AND TIMESTAMPTZ '9999-12-31 23:59:59.999999+00'",
}


def misfits(besides: Collection[type[Base]] = ()) -> Iterator[Misfit]:
    """Every such value, table by table and row by row; the tables of `besides` are left out.

    Raises TypeError for a column of which nobody could tell.
    """
    left_out = {model.__table__.name for model in besides}
    for table in db.metadata.sorted_tables:
        if table.name not in left_out and (tests := _tests(table, hashed.on_sqlite())):
            yield from _misfits(table, tests)


def _misfits(table: Table, tests: dict[str, str]) -> Iterator[Misfit]:
    for rows in streaming.parts(text(_statement(table.name, tuple(tests.values())))):
        for key, *found in rows:
            for name, is_misfit in zip(tests, found, strict=True):
                if is_misfit:
                    yield table.name, key, name, KINDS[_kind(table.c[name])][1]


@cache
def _statement(table: str, tests: tuple[str, ...]) -> str:
    """The rows of which any test holds, each with what every test says."""
    return f'SELECT id, {", ".join(tests)} FROM "{table}" WHERE {" OR ".join(tests)} ORDER BY id'  # noqa: S608 - our own names


@cache
def _tests(table: Table, on_sqlite: bool) -> dict[str, str]:
    """What holds of a misfit, by the name of its column; no database keeps a key that is no whole number."""
    kinds = {column: _kind(column) for column in table.columns if not column.primary_key}
    if on_sqlite:
        return {column.name: _on_sqlite(column, kind) for column, kind in kinds.items()}
    return {column.name: _on_postgresql(column, kind) for column, kind in kinds.items() if kind in OURS}


def _kind(column: Column[Any]) -> type:
    kept = getattr(column.type, "impl_instance", column.type)
    for kind in KINDS:
        if isinstance(kept, kind):
            return kind
    raise TypeError(f"Nobody knows what {column} may hold")


def _on_postgresql(column: Column[Any], kind: type) -> str:
    name = _name(column)
    return f"({name} IS NOT NULL AND {name} NOT BETWEEN {OURS[kind]})"


def _on_sqlite(column: Column[Any], kind: type) -> str:
    name = _name(column)
    tests = [f"typeof({name}) <> '{KINDS[kind][0]}'", *_more(name, kind)]
    if column.nullable:
        return f"({name} IS NOT NULL AND ({' OR '.join(tests)}))"
    return f"({' OR '.join(tests)})"


def _name(column: Column[Any]) -> str:
    """With its table: alone SQLite would take the name of a column that is not there for a word."""
    return f'"{column.table.name}"."{column.name}"'


def _more(name: str, kind: type) -> Iterator[str]:
    """What else holds of a misfit that is of the right type."""
    if kind is Boolean:
        yield f"{name} NOT IN (0, 1)"
    elif kind in SHAPES:
        yield f"length(CAST({name} AS BLOB)) <> {SIZES[kind]}"
        yield f"{name} NOT GLOB '{SHAPES[kind]}'"
        yield f"date(julianday(substr({name}, 1, 10))) IS NOT substr({name}, 1, 10)"  # 31 February is 3 March
        yield f"substr({name}, 1, 4) < '0001'"
        yield f"substr({name}, 12, 2) > '23'"
    elif kind is String:
        yield f"instr({name}, char(0)) > 0"
