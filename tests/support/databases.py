"""Both databases, migrated and filled once per worker, as they were again before every test."""

import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from tests.support.folders import in_memory, own_folder
from tests.support.postgres import Cluster

Fill = Callable[[str], None]
RESETS_BEFORE_A_NEW_COPY = 400  # a copy costs as much as a hundred resets


class Database(ABC):
    """One database under test; `url` stays the same while `reset()` brings back what `fill` left."""

    name: str
    url: str

    @abstractmethod
    def reset(self) -> None:
        """Make it as it was after filling; no connection of the app may be in use."""

    @abstractmethod
    def empty(self, label: str) -> str:
        """The address of a new database without tables, for tests of migrations and first runs."""

    @abstractmethod
    def copied(self, source: str, into: str) -> None:
        """Overwrite the database at one address with that of another; nobody may be connected to either."""

    @abstractmethod
    def close(self) -> None:
        """Remove everything."""


class Sqlite(Database):
    """A file that is copied over."""

    name = "sqlite"

    def __init__(self, fill: Fill) -> None:
        """Fill the template file."""
        self.folder = own_folder("sqlite", in_memory())
        self.template, self.file = self.folder / "template.db", self.folder / "work.db"
        self.url = f"sqlite:///{self.file}"
        with closed_on_failure(self):
            fill(f"sqlite:///{self.template}")

    def reset(self) -> None:
        """Copy the template over the file and drop its write-ahead log."""
        for suffix in ("-wal", "-shm"):
            self.file.with_name(self.file.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(self.template, self.file)

    def empty(self, label: str) -> str:
        """A file that is not there yet."""
        return f"sqlite:///{tempfile.mkdtemp(dir=self.folder)}/{label}.db"

    def copied(self, source: str, into: str) -> None:
        """Copy the file."""
        shutil.copyfile(source.removeprefix("sqlite:///"), into.removeprefix("sqlite:///"))

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder)


class PostgreSQL(Database):
    """A database whose rows are put back with triggers asleep; copied anew now and then."""

    name = "postgresql"

    def __init__(self, fill: Fill) -> None:
        """Start the server and fill the template."""
        self.cluster = Cluster()
        self.keeper: psycopg.Connection | None = None
        with closed_on_failure(self):
            self.cluster.run("CREATE DATABASE template_filled")
            fill(self.cluster.url("template_filled"))
            with psycopg.connect(self.cluster.url("template_filled")) as connection:
                keep(connection, "baseline")
        self.url = self.cluster.url("work")
        self.resets = 0

    def reset(self) -> None:
        """Put the rows back, or copy the template again."""
        if self.resets % RESETS_BEFORE_A_NEW_COPY == 0:
            self.copy("template_filled")
        else:
            self.put_back("baseline")
        self.resets += 1

    def copy(self, template: str) -> None:
        """Make the database anew as a copy of this one."""
        self.let_go()
        self.cluster.copy(template, "work")

    def put_back(self, schema: str) -> bool:
        """Every row as it was kept in a schema; false where it is not kept in this copy of the database."""
        if self.keeper is None:
            self.keeper = psycopg.connect(self.url, autocommit=True)
        self.keeper.execute(END_LEFTOVERS)
        if not self.keeper.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (schema,)).fetchone():
            return False
        self.keeper.execute(sql.SQL("SELECT {}.put_back()").format(sql.Identifier(schema)))
        return True

    def empty(self, label: str) -> str:
        """A new database of that name."""
        self.cluster.run(f'DROP DATABASE IF EXISTS "{label}" WITH (FORCE)')
        self.cluster.run(f'CREATE DATABASE "{label}"')
        return self.cluster.url(label)

    def copied(self, source: str, into: str) -> None:
        """Use the one as the template of the other."""
        self.cluster.copy(source.rpartition("/")[2], into.rpartition("/")[2])

    def close(self) -> None:
        """Stop the server."""
        self.let_go()
        self.cluster.stop()

    def let_go(self) -> None:
        """Close the connection that puts rows back, so that the database can be copied."""
        if self.keeper is not None:
            self.keeper.close()
            self.keeper = None


@contextmanager
def closed_on_failure(database: Database) -> Iterator[None]:
    """Leave nothing behind when the block fails."""
    try:
        yield
    except BaseException:
        database.close()
        raise


END_LEFTOVERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"""

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"


def keep(connection: psycopg.Connection, schema: str) -> None:
    """Copy every table that has rows into a schema, with a function there that puts all of them back.

    A function, because a session plans its statements once and then runs them in a tenth of the time.
    """
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(schema)))
    everything = tables(connection)
    filled = [name for name in everything if rows(connection, name)]
    for name in filled:
        both = {"kept": sql.Identifier(schema, name), "own": sql.Identifier("public", name)}
        connection.execute(sql.SQL("CREATE TABLE {kept} AS TABLE {own}").format(**both))
    steps = [sql.SQL("DELETE FROM public.{}").format(sql.Identifier(name)) for name in everything]
    steps += [
        sql.SQL("INSERT INTO public.{} SELECT * FROM {}").format(
            sql.Identifier(name), sql.Identifier(schema, name)
        )
        for name in filled
    ]
    for name, last in connection.execute(SEQUENCES).fetchall():
        steps.append(
            sql.SQL("PERFORM setval({}, {}, {})").format(f'public."{name}"', last or 1, last is not None)
        )
    body = sql.SQL("BEGIN {}; END").format(sql.SQL("; ").join(steps))
    connection.execute(
        sql.SQL(
            "CREATE FUNCTION {}() RETURNS void LANGUAGE plpgsql SET session_replication_role = replica AS {}"
        ).format(sql.Identifier(schema, "put_back"), body.as_string(connection))
    )


def tables(connection: psycopg.Connection) -> list[str]:
    """The names of all our tables."""
    return [name for (name,) in connection.execute(TABLES).fetchall()]


def rows(connection: psycopg.Connection, table: str) -> int:
    """How many rows a table has."""
    counted = connection.execute(
        sql.SQL("SELECT count(*) FROM public.{}").format(sql.Identifier(table))
    ).fetchone()
    return int(counted[0]) if counted else 0


KINDS: dict[str, Callable[[Fill], Database]] = {"sqlite": Sqlite, "postgresql": PostgreSQL}
