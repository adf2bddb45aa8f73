"""Somebody with the database's own tools, behind the back of the application."""

from sqlalchemy import text

from formulary.db import db


def behind_its_back(statement: str) -> None:
    """Change a row as somebody with the database's own tools would: triggers and checks asleep."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET session_replication_role = replica"))
            connection.execute(text(statement))
            connection.execute(text("SET session_replication_role = DEFAULT"))
        else:
            raw = connection.connection.driver_connection
            dropped = raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for name, _ in dropped:
                raw.execute(f"DROP TRIGGER {name}")
            raw.execute("PRAGMA ignore_check_constraints = ON")
            raw.execute("PRAGMA foreign_keys = OFF")
            raw.execute(statement)
            raw.execute("PRAGMA ignore_check_constraints = OFF")
            raw.execute("PRAGMA foreign_keys = ON")
            for _, creation in dropped:
                raw.execute(creation)
        connection.commit()
    db.session.rollback()
