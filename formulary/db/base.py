"""The database object, the base of all models, and how each engine begins a transaction."""

from importlib import import_module
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Dialect, Engine, Integer, MetaData, event
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Declarative(DeclarativeBase):
    """The declarative base, with names for every constraint so that both databases can alter them."""

    metadata = MetaData(naming_convention=NAMES)


FRESH = {"populate_existing": True}
"""Execution options of a query whose rows are kept beyond the session: as they stand in the database, also
where the session has read them before."""

db = SQLAlchemy(model_class=Declarative, session_options={"expire_on_commit": False})


class Base(db.Model):  # type: ignore[name-defined,misc]
    """A table with a whole-number key. `__audited__ = False` marks tables that need no audit entry."""

    __abstract__ = True
    __audited__ = True

    id: Mapped[int] = mapped_column(Integer, primary_key=True)

    def __repr__(self) -> str:
        """The table and the key, without any content: it may end in a log."""
        return f"<{self.__tablename__} {self.id}>"


class Versioned:
    """A row that people edit: its version rises with every change and a stale save is refused."""

    row_version: Mapped[int] = mapped_column(Integer, nullable=False)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        """Tell the mapper which column counts the versions."""
        return {"version_id_col": cls.row_version}


PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=5000",
    "temp_store=MEMORY",
)


@event.listens_for(Engine, "do_connect")
def _connect(dialect: Dialect, _record: object, args: Any, settings: Any) -> Any:
    """PostgreSQL by connections of our own; its driver is loaded where it is used."""
    if dialect.name == "postgresql":
        return import_module("formulary.db.lasting").connect(args, settings)
    return None


@event.listens_for(Engine, "connect")
def _set_up_sqlite(connection: Any, _record: object) -> None:
    if "sqlite3" not in type(connection).__module__:
        return
    connection.isolation_level = None
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        immediate = connection.get_execution_options().get("immediate")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
