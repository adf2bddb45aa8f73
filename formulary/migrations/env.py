"""Alembic's environment: our metadata, our engine, one transaction for a whole upgrade."""

from alembic import context
from flask import current_app

extension = current_app.extensions["migrate"]
engine = extension.db.engine
metadata = extension.db.metadatas[None]


def _same_type(
    _context: object, _column: object, _metadata_column: object, inspected: object, ours: object
) -> bool | None:
    """Leave integers and big integers of SQLite alone: they are one type there."""
    return None if engine.dialect.name == "postgresql" else False


with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=engine.dialect.name == "sqlite",
        compare_type=_same_type,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
