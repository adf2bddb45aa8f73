"""What was written stays: ledger, trail, readings, transitions, signatures, what was given; on both."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from formulary.audit.models import AuditEntry
from formulary.db import db

TABLES = (
    "movement", "audit_entry", "patch_test_reading", "cocktail_transition", "signature", "access_entry",
    "given_lot", "exposure", "price",
)  # fmt: skip
SQLITE = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
POSTGRESQL = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET reason = 'better'", "DELETE FROM audit_entry"])
def test_the_database_itself_refuses_to_change_the_trail(app, statement):
    before = db.session.scalar(db.select(db.func.count(AuditEntry.id)))
    assert before > 0
    with db.engine.connect() as other, pytest.raises(DBAPIError, match="append-only"):
        other.execute(text(statement))
    assert db.session.scalar(db.select(db.func.count(AuditEntry.id))) == before


# Only PostgreSQL can empty a table at once.
@pytest.mark.databases("postgresql")
@pytest.mark.parametrize("table", TABLES)
def test_nor_to_empty_it(app, table):
    with db.engine.connect() as other, pytest.raises(DBAPIError, match="append-only"):
        other.execute(text(f"TRUNCATE {table} CASCADE"))


@pytest.mark.parametrize("table", TABLES)
def test_every_ledger_table_has_its_triggers(app, database, table):
    found = set(db.session.scalars(text(SQLITE if database.name == "sqlite" else POSTGRESQL)))
    assert {f"{table}_no_update", f"{table}_no_delete"} <= found
