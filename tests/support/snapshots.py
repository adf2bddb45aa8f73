"""Whole databases kept under a name: made once per worker and database, put back in a moment ever after."""

import shutil
from collections.abc import Callable

import psycopg
from flask import Flask
from psycopg import sql

from formulary.db import db
from tests.support.databases import TABLES, Database, PostgreSQL, Sqlite, rows, tables

Ids = dict[str, int]


def reach(app: Flask, database: Database, name: str, make: Callable[[], Ids]) -> Ids:
    """Bring the database to a stage: made the first time, put back from its copy ever after."""
    kept: dict[str, Ids] = database.__dict__.setdefault("stages", {})
    if name not in kept:
        kept[name] = make()
        at_rest(app)
        _copy(database, name, back=False)
    else:
        at_rest(app)
        _copy(database, name, back=True)
    return kept[name]


def at_rest(app: Flask) -> None:
    """Let go of every connection, so that the database can be copied."""
    db.session.remove()
    db.engine.dispose()


def _copy(database: Database, name: str, *, back: bool) -> None:
    if isinstance(database, Sqlite):
        ends = [database.file, database.folder / f"stage-{name}.db"]
        shutil.copyfile(*(reversed(ends) if back else ends))
    elif isinstance(database, PostgreSQL):
        (_put_back if back else _keep)(database, f"stage_{name}")


def _keep(database: PostgreSQL, schema: str) -> None:
    """Keep the rows in a schema beside the tables, and all of it in a database of its own."""
    with psycopg.connect(database.url) as connection:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
        for name in tables(connection):
            if rows(connection, name):
                both = {"kept": sql.Identifier(schema, name), "own": sql.Identifier("public", name)}
                connection.execute(sql.SQL("CREATE TABLE {kept} AS TABLE {own}").format(**both))
        database.__dict__.setdefault("scripts", {})[schema] = _script(connection, schema)
    database.cluster.copy("work", schema)


def _put_back(database: PostgreSQL, schema: str) -> None:
    """The kept rows again; where the database was made anew meanwhile, its copy."""
    with psycopg.connect(database.url) as connection:
        there = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (schema,)).fetchone()
        if there:
            connection.execute(database.__dict__["scripts"][schema])
    if not there:
        database.cluster.copy(schema, "work")


def _script(connection: psycopg.Connection, schema: str) -> bytes:
    """The statements that fill the tables from a schema and set every sequence to where it stood."""
    kept = connection.execute(TABLES.replace("'public'", f"'{schema}'")).fetchall()
    emptied = [sql.SQL("DELETE FROM public.{}").format(sql.Identifier(n)) for n in tables(connection)]
    filled = [
        sql.SQL("INSERT INTO public.{} SELECT * FROM {}").format(
            sql.Identifier(name), sql.Identifier(schema, name)
        )
        for (name,) in kept
    ]
    stood = connection.execute(
        "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
    )
    set_back = [
        f"SELECT setval('public.\"{name}\"', {last or 1}, {'true' if last else 'false'})"
        for name, last in stood.fetchall()
    ]
    parts = ["SET LOCAL session_replication_role = replica"]
    parts += [statement.as_string() for statement in (*emptied, *filled)]
    return ";\n".join([*parts, *set_back]).encode()
