"""Whole databases kept under a name: made once per worker and database, put back in a moment ever after."""

import shutil
from collections.abc import Callable

import psycopg
from flask import Flask

from formulary.db import db
from tests.support.databases import Database, PostgreSQL, Sqlite, keep

Ids = dict[str, int]


def reach(app: Flask, database: Database, name: str, make: Callable[[], Ids]) -> Ids:
    """Bring the database to a stage: made the first time, put back from its copy ever after."""
    kept: dict[str, Ids] = database.__dict__.setdefault("stages", {})
    if name not in kept:
        kept[name] = make()
        db.session.remove()
        db.engine.dispose()
        _copy(database, name, back=False)
    else:
        at_rest(database)
        _copy(database, name, back=True)
    return kept[name]


def at_rest(database: Database) -> None:
    """End the session, so that rows can be put back under the app; a file must have nobody who has it open.

    A connection to PostgreSQL stays: a new one plans every statement anew. The pool tries it before use.
    """
    db.session.remove()
    if isinstance(database, Sqlite):
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
        keep(connection, schema)
    database.let_go()
    database.cluster.copy("work", schema)


def _put_back(database: PostgreSQL, schema: str) -> None:
    """The kept rows again; where the database was made anew meanwhile, its copy."""
    if not database.put_back(schema):
        database.copy(schema)
