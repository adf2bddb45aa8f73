"""Whole databases kept under a name: made once per worker and database, put back in a moment ever after."""

import shutil
from collections.abc import Callable
from pathlib import Path

import psycopg
from flask import Flask

from formulary.db import db
from tests.support.builders.base import NUMBERS
from tests.support.databases import Database, PostgreSQL, Sqlite, keep

Ids = dict[str, int]
Kept = tuple[Ids, int]
"""The ids of a stage, and how far the builders had counted."""


def reach(app: Flask, database: Database, name: str, make: Callable[[], Ids]) -> Ids:
    """Bring the database to a stage: made the first time, put back from its copy ever after.

    Where a database was made anew meanwhile, the copy went with it, and the stage is made again.
    """
    kept: dict[str, Kept] = database.__dict__.setdefault("stages", {})
    if name in kept:
        at_rest(database)
    if name not in kept or not _put_back(database, name):
        kept[name] = make(), NUMBERS.last
        db.session.remove()
        db.engine.dispose()
        _keep(database, name)
    ids, NUMBERS.last = kept[name]
    return ids


def at_rest(database: Database) -> None:
    """End the session, so that rows can be put back under the app; a file must have nobody who has it open.

    A connection to PostgreSQL stays: a new one plans every statement anew. The pool tries it before use.
    """
    db.session.remove()
    if isinstance(database, Sqlite):
        db.engine.dispose()


def _keep(database: Database, name: str) -> None:
    """Keep the file, or the rows in a schema beside the tables."""
    if isinstance(database, Sqlite):
        shutil.copyfile(database.file, _file(database, name))
    elif isinstance(database, PostgreSQL):
        with psycopg.connect(database.url) as connection:
            keep(connection, f"stage_{name}")


def _put_back(database: Database, name: str) -> bool:
    """The stage again; false where it is not kept in this copy of the database."""
    if isinstance(database, Sqlite):
        shutil.copyfile(_file(database, name), database.file)
        return True
    return isinstance(database, PostgreSQL) and database.put_back(f"stage_{name}")


def _file(database: Sqlite, name: str) -> Path:
    return database.folder / f"stage-{name}.db"
