"""The tables: made by the migrations alone, and equal to the models."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from formulary.config import PACKAGE
from formulary.db import db, schema

FOLDER = PACKAGE / "migrations"


def test_the_migrations_lead_to_the_newest_tables(app):
    assert schema.current_revision() == schema.newest_revision(FOLDER)


# SQLite cannot tell an index on an expression; PostgreSQL compares it.
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
def test_the_migrations_make_exactly_the_tables_of_the_models(app):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, db.metadatas[None]) == []


def test_a_database_without_tables_is_at_no_migration(database, make_app):
    app = make_app(database_url=database.empty("bare"))
    with app.app_context():
        assert schema.current_revision() is None
