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
RESETS_BEFORE_A_NEW_COPY = 60


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

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder)


class PostgreSQL(Database):
    """A database whose rows are put back with triggers asleep; copied anew now and then."""

    name = "postgresql"

    def __init__(self, fill: Fill) -> None:
        """Start the server and fill the template."""
        self.cluster = Cluster()
        with closed_on_failure(self):
            self.cluster.run("CREATE DATABASE template_filled")
            fill(self.cluster.url("template_filled"))
            keep_baseline(self.cluster.url("template_filled"))
        self.url = self.cluster.url("work")
        self.resets = 0
        self.script = reset_script(self.cluster.url("template_filled"))

    def reset(self) -> None:
        """Put the rows back, or copy the template again."""
        if self.resets % RESETS_BEFORE_A_NEW_COPY == 0:
            self.cluster.copy("template_filled", "work")
        else:
            self._put_back()
        self.resets += 1

    def empty(self, label: str) -> str:
        """A new database of that name."""
        self.cluster.run(f'DROP DATABASE IF EXISTS "{label}" WITH (FORCE)')
        self.cluster.run(f'CREATE DATABASE "{label}"')
        return self.cluster.url(label)

    def close(self) -> None:
        """Stop the server."""
        self.cluster.stop()

    def _put_back(self) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute(END_LEFTOVERS)
            connection.execute(self.script)


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


def keep_baseline(url: str) -> None:
    """Copy every table that has rows into the schema `baseline`."""
    with psycopg.connect(url) as connection:
        connection.execute("CREATE SCHEMA baseline")
        for name in tables(connection):
            if rows(connection, name):
                both = {"name": sql.Identifier(name)}
                connection.execute(
                    sql.SQL("CREATE TABLE baseline.{name} AS TABLE public.{name}").format(**both)
                )


def reset_script(url: str) -> bytes:
    """The statements that empty every table, fill it from the baseline and set every sequence back."""
    with psycopg.connect(url) as connection:
        parts = ["SET LOCAL session_replication_role = replica"]
        emptied = sql.SQL("DELETE FROM public.{}")
        filled = sql.SQL("INSERT INTO public.{0} SELECT * FROM baseline.{0}")
        parts += [emptied.format(sql.Identifier(name)).as_string() for name in tables(connection)]
        kept = connection.execute(TABLES.replace("'public'", "'baseline'")).fetchall()
        parts += [filled.format(sql.Identifier(name)).as_string() for (name,) in kept]
        sequences = connection.execute(
            "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
        )
        for name, last in sequences.fetchall():
            parts.append(f"SELECT setval('public.\"{name}\"', {last or 1}, {'true' if last else 'false'})")
    return ";\n".join(parts).encode()


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
