"""How a builder saves its row: inside the open transaction, or in one of its own."""

from itertools import count
from typing import Any, TypeVar

from formulary.db import db, transaction

Row = TypeVar("Row")

_numbers = count(1)


def saved(row: Row) -> Row:
    """The row, written; a builder stands outside the trail, as an import by hand would."""
    session = db.session()
    if session.info.get("writing"):
        return _written(row)
    with transaction():
        return _written(row)


def fresh(name: str) -> str:
    """A name that no other builder has given: `fresh("Site")` is "Site 7"."""
    return f"{name} {next(_numbers)}"


def number() -> int:
    """A number that no other builder has given."""
    return next(_numbers)


def _written(row: Any) -> Any:
    db.session.add(row)
    db.session.info["audited"] = True
    db.session.flush()
    return row
