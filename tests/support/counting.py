"""Counting what reaches the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event


@dataclass
class Queries:
    """The statements of one block."""

    statements: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        """How many there were, BEGIN and the like left out."""
        return len(self.statements)

    def __str__(self) -> str:
        """All of them, numbered."""
        return "\n".join(f"{number}. {statement}" for number, statement in enumerate(self.statements, 1))


IGNORED = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "PRAGMA")


@contextmanager
def counting_queries() -> Iterator[Queries]:
    """Count the block's statements: `with counting_queries() as n: …` and `assert len(n) <= 5, n`."""
    counted = Queries()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.lstrip().upper().startswith(IGNORED):
            counted.statements.append(" ".join(statement.split()))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield counted
    finally:
        event.remove(Engine, "before_cursor_execute", note)
