"""What the tests of this room share: acts to record, and a way round the triggers for whoever tampers."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from formulary import audit
from formulary.accounts import Operator
from formulary.accounts.models import Person
from formulary.db import db, transaction
from tests.support import at_once as threads
from tests.support.databases import Database
from tests.support.watch import Watch

BY = Operator("Ines Faure", "pharmacist", person_id=1, site_id=1)


@pytest.fixture
def act(app: Flask, watch: Watch) -> Callable[..., None]:
    """One act that leaves one entry about the first person."""

    def do(action: str = "people.greet", **more: Any) -> None:
        with transaction():
            person = db.session.get_one(Person, 1)
            audit.record(action, person, **{"by": BY, "at": watch.now(), **more})

    return do


@pytest.fixture
def tamper(app: Flask, database: Database) -> Callable[..., None]:
    """Write behind the app's back, as whoever owns the database file could."""

    def write(statement: str, **values: Any) -> None:
        with db.engine.connect() as connection:
            if database.name == "sqlite":
                connection.execute(text("DROP TRIGGER IF EXISTS audit_entry_no_update"))
                connection.execute(text("DROP TRIGGER IF EXISTS audit_entry_no_delete"))
            else:
                connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text(statement), values)
            connection.commit()
        db.session.rollback()

    return write


@pytest.fixture
def at_once(app: Flask) -> Callable[..., list[Any]]:
    """Call something in several threads: `at_once(act, 6)`."""
    return partial(threads.at_once, app)
