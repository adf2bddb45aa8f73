"""A bare connection: the driver itself, with the same pragmas as the app, and SQL by hand."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

from formulary.config import Settings
from formulary.db.base import PRAGMAS

Row = Sequence[Any]


class Bare:
    """One connection; statements are written with `?`, for whichever database it is."""

    def __init__(self, connection: Any, name: str, url: str) -> None:
        """Take the driver's connection, the name of the database and its address."""
        self.connection = connection
        self.name = name
        self.url = url

    def all(self, statement: str, *values: Any) -> list[Any]:
        """Every row of an answer."""
        rows: list[Any] = self.connection.execute(self._own(statement), values).fetchall()
        return rows

    def one(self, statement: str, *values: Any) -> Any:
        """The first column of the first row."""
        return self.connection.execute(self._own(statement), values).fetchone()[0]

    def again(self, sent: Iterable[tuple[str, Any]]) -> None:
        """Every row of statements that were sent through the app, in the driver's own words."""
        for statement, values in sent:
            self.connection.execute(statement, values).fetchall()

    def run(self, statement: str, *values: Any) -> int:
        """How many rows a statement touched."""
        count: int = self.connection.execute(self._own(statement), values).rowcount
        return count

    def fill(self, statement: str, rows: Iterable[Row]) -> None:
        """Insert many rows in a transaction of their own."""
        with self.act():
            self.connection.cursor().executemany(self._own(statement), rows)

    def pour(self, table: str, columns: int, rows: Iterable[Row]) -> None:
        """Fill a table with rows of any number, by COPY where the database has it."""
        if self.name == "sqlite":
            marks = ", ".join("?" * columns)
            return self.fill(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - the bench's own
        with self.act(), self.connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    @contextmanager
    def act(self) -> Iterator[None]:
        """One transaction; SQLite takes its write lock first."""
        self.run("BEGIN IMMEDIATE" if self.name == "sqlite" else "BEGIN")
        try:
            yield
        except BaseException:
            self.run("ROLLBACK")
            raise
        self.run("COMMIT")

    def _own(self, statement: str) -> str:
        return statement if self.name == "sqlite" else statement.replace("?", "%s")


@contextmanager
def bare(url: str) -> Iterator[Bare]:
    """A bare connection to a database, closed at the end."""
    file = Settings(database_url=url).sqlite_file
    if file is None:
        with psycopg.connect(url, autocommit=True) as connection:
            yield Bare(connection, "postgresql", url)
        return
    plain = sqlite3.connect(file, isolation_level=None)
    for pragma in PRAGMAS:
        plain.execute(f"PRAGMA {pragma}")
    try:
        yield Bare(plain, "sqlite", url)
    finally:
        plain.close()
