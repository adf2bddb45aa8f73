"""How the database answers our own statements: each one that a piece of work sends, with its plan."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event

from formulary.db import db

EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN "}
NO_QUESTION = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "PRAGMA")


@dataclass(frozen=True)
class Plan:
    """A statement as it was sent, and the lines of its plan."""

    statement: str
    lines: tuple[str, ...]

    def uses(self, index: str) -> bool:
        """Whether the plan reads this index."""
        return any(index in line for line in self.lines)

    @property
    def sorts(self) -> bool:
        """Whether the rows are sorted after they were found."""
        return any("TEMP B-TREE FOR ORDER" in line or "Sort" in line for line in self.lines)


@contextmanager
def statements_of() -> Iterator[list[tuple[str, Any]]]:
    """Collects the statements of the block, with their values."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        if not statement.lstrip().upper().startswith(NO_QUESTION):
            sent.append((statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def plans_of(work: Callable[[], object]) -> list[Plan]:
    """The plan of every SELECT that a piece of work sends, also where it begins with what it names."""
    with statements_of() as sent:
        work()
    asked = ((statement, values) for statement, values in sent if statement.startswith(("SELECT", "WITH")))
    return [_explained(statement, values) for statement, values in asked]


def _explained(statement: str, values: Any) -> Plan:
    connection = db.session.connection()
    explain = EXPLAIN[connection.dialect.name]
    rows = connection.exec_driver_sql(explain + statement, values).all()
    return Plan(statement, tuple(str(row[-1]) for row in rows))
