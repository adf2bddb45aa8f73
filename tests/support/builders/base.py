"""How a builder saves its row: inside the open transaction, or in one of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TypeVar

from formulary.db import db, transaction

Row = TypeVar("Row")


class Numbers:
    """What the builders count: told with the database, so that a test sees the same names on each of them."""

    def __init__(self) -> None:
        """Nothing is counted yet."""
        self.last = 0
        self._turn = Lock()

    def next(self) -> int:
        """One more; threads that build at once are given different ones."""
        with self._turn:
            self.last += 1
            return self.last


NUMBERS = Numbers()


@contextmanager
def act() -> Iterator[None]:
    """The open transaction, or one of its own; a builder stands outside the trail."""
    if db.session().info.get("writing"):
        db.session.info["audited"] = True
        yield
        return
    with transaction() as session:
        session.info["audited"] = True
        yield


def saved(row: Row) -> Row:
    """The row, written."""
    with act():
        db.session.add(row)
        db.session.flush()
    return row


def fresh(name: str) -> str:
    """A name that nothing in this database has: `fresh("Site")` is "Site 7"."""
    return f"{name} {NUMBERS.next()}"


def number() -> int:
    """A number that nothing in this database has."""
    return NUMBERS.next()
