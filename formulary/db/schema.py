"""At which migration the tables are, and at which they should be."""

from functools import cache
from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from formulary.db.base import db


def current_revision() -> str | None:
    """The migration that the database is at; None for a database without tables."""
    return MigrationContext.configure(db.session.connection()).get_current_revision()


@cache
def newest_revision(folder: Path) -> str | None:
    """The last migration that ships with this version."""
    return ScriptDirectory(str(folder)).get_current_head()
