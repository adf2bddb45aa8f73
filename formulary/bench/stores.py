"""Databases for a while: SQLite files in a folder of their own, and a PostgreSQL server of one's own."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from formulary.bench.postgres import Cluster

LIKE_A_CLINIC = ("shared_buffers=256MB", "autovacuum=off", "random_page_cost=1.1")
"""Everything is written through to the disk, as in a clinic; tables are vacuumed by the bench itself."""


class Store(Protocol):
    """Where databases can be made."""

    name: str

    def empty(self, label: str) -> str:
        """The address of a new database without tables."""

    def copy(self, url: str, label: str) -> str:
        """The address of a new database with all that is in this one, which nobody is connected to."""

    def settle(self, url: str) -> None:
        """Do what the database would do by itself in a quiet hour."""

    def drop(self, url: str) -> None:
        """Remove a database that nobody needs any more."""


@dataclass(frozen=True)
class Files:
    """SQLite: a file per database."""

    folder: Path
    name: str = "sqlite"

    def empty(self, label: str) -> str:
        """A file that is not there yet."""
        return f"sqlite:///{self.folder / label}.db"

    def copy(self, url: str, label: str) -> str:
        """A copy of the file."""
        target = self.empty(label)
        shutil.copyfile(url.removeprefix("sqlite:///"), target.removeprefix("sqlite:///"))
        return target

    def settle(self, url: str) -> None:
        """Nothing: SQLite does no work by itself."""

    def drop(self, url: str) -> None:
        """Remove the file and what SQLite put beside it."""
        file = url.removeprefix("sqlite:///")
        for beside in ("", "-wal", "-shm"):
            Path(file + beside).unlink(missing_ok=True)


@dataclass(frozen=True)
class Server:
    """PostgreSQL: a database of one server."""

    cluster: Cluster
    name: str = "postgresql"

    def empty(self, label: str) -> str:
        """A new database."""
        self.cluster.run(f'CREATE DATABASE "{label}"')
        return self.cluster.url(label)

    def copy(self, url: str, label: str) -> str:
        """A copy that the server makes."""
        self.cluster.copy(url.rpartition("/")[2], label)
        return self.cluster.url(label)

    def settle(self, url: str) -> None:
        """Statistics and visibility, which the server's own vacuum would see to."""
        self.cluster.run("VACUUM (ANALYZE)", url.rpartition("/")[2])

    def drop(self, url: str) -> None:
        """Drop the database."""
        self.cluster.run(f'DROP DATABASE "{url.rpartition("/")[2]}" WITH (FORCE)')


@contextmanager
def opened(name: str) -> Iterator[Store]:
    """A place for databases of this kind (`sqlite`, `postgresql`), removed with them at the end."""
    if name == "sqlite":
        folder = Path(tempfile.mkdtemp(prefix="formulary-bench-"))
        try:
            yield Files(folder)
        finally:
            shutil.rmtree(folder)
        return
    cluster = Cluster(LIKE_A_CLINIC)
    try:
        yield Server(cluster)
    finally:
        cluster.stop()
