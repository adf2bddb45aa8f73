"""What is asked all the time, read past the mapper: rows of columns, of what the session holds too."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, Select

from formulary.db.base import db


def rows_of(query: Select[Any], **asked: object) -> Sequence[Row[Any]]:
    """The rows of a query for columns, made once and asked with its parameters.

    They are the rows that `session.execute` tells, what the session has not yet written first, in half its
    time: nothing of them is an entity, so none is looked up, none is made, none can be stale.
    """
    if db.session.autoflush:
        db.session.flush()
    return db.session.connection().execute(query, asked).all()
