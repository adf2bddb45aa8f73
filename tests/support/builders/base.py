"""How a builder saves its row: inside the open transaction, or in one of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import TypeVar

from formulary.db import db, transaction

Row = TypeVar("Row")

_numbers = count(1)


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
    """A name that no other builder has given: `fresh("Site")` is "Site 7"."""
    return f"{name} {next(_numbers)}"


def number() -> int:
    """A number that no other builder has given."""
    return next(_numbers)
