"""One row by its key, or Missing."""

from collections.abc import Iterable
from typing import TypeVar

from sqlalchemy.orm.interfaces import ORMOption

from formulary.db import Base, Missing, db

AnyRow = TypeVar("AnyRow", bound=Base)


def one(model: type[AnyRow], key: int, options: Iterable[ORMOption]) -> AnyRow:
    """The row of this table with this key; Missing otherwise."""
    found = db.session.get(model, key, options=tuple(options))
    if found is None:
        raise Missing(f"No {model.__tablename__} {key}")
    return found
