"""On PostgreSQL a rollback undoes what was written, and the server still knows the statements it prepared."""

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from formulary.accounts.models import Person
from formulary.db import db

# SQLite prepares nothing on a server.
pytestmark = pytest.mark.databases("postgresql")
NAMES = select(Person.name.label("asked_often")).where(Person.id == -1)
PREPARED = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%asked_often%'")
OFTEN = 7
"""The driver prepares what is sent more often than five times."""


def test_what_is_prepared_outlasts_a_rollback(app: Flask) -> None:
    with db.engine.connect() as connection:
        for _ in range(OFTEN):
            connection.execute(NAMES).all()
            connection.rollback()
        assert connection.execute(PREPARED).scalar_one() == 1
        assert connection.execute(NAMES).all() == []


def test_a_rollback_undoes_what_was_written_and_what_failed(app: Flask, cast: object) -> None:
    connection = db.session.connection()
    connection.exec_driver_sql("UPDATE person SET name = 'Somebody else'")
    with pytest.raises(DBAPIError):
        connection.exec_driver_sql("SELECT nothing FROM nowhere")
    db.session.rollback()
    assert db.session.scalars(select(Person.id).where(Person.name == "Somebody else")).all() == []


def test_a_plan_that_no_longer_holds_fails_once(app: Flask) -> None:
    asked = text("SELECT i FROM widened")
    with db.engine.connect() as reading, db.engine.connect() as changing:
        changing.execute(text("CREATE TABLE widened (i integer)"))
        changing.commit()
        for _ in range(OFTEN):
            reading.execute(asked).all()
            reading.rollback()
        changing.execute(text("ALTER TABLE widened ALTER COLUMN i TYPE bigint"))
        changing.commit()
        with pytest.raises(DBAPIError, match="cached plan"):
            reading.execute(asked)
        reading.rollback()
        assert reading.execute(asked).all() == []
        reading.rollback()
        changing.execute(text("DROP TABLE widened"))
        changing.commit()


def test_each_statement_sees_what_is_committed_whatever_the_servers_way_is(app: Flask) -> None:
    with db.engine.connect() as connection:
        connection.execute(text("SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE"))
        connection.commit()
        assert connection.execute(text("SHOW transaction_isolation")).scalar_one() == "read committed"
        connection.invalidate()
