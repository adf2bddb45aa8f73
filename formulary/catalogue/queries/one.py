"""One row by its key, or Missing."""

from collections.abc import Iterable

from formulary.db import Missing, db


def one(model, key: int, options: Iterable):  # type: ignore[no-untyped-def]
    """The row of this table with this key; Missing otherwise."""
    found = db.session.get(model, key, options=tuple(options))
    if found is None:
        raise Missing(f"No {model.__tablename__} {key}")
    return found
