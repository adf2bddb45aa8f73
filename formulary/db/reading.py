"""What is asked all the time, read past the mapper: rows of columns, of what the session holds too."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select

from formulary.db import bare
from formulary.db.base import db
from formulary.db.session import keep

WRITTEN_BY_TRIGGERS = frozenset({"catalogue_edition"})
"""Nobody tells of a change to them, so what is read of them is never kept."""


def rows_of(query: Select[Any], **asked: Any) -> Sequence[Any]:
    """The rows of a query for columns, made once and asked with its parameters; a list is for a name of
    `prepared.values`.

    They are the rows that `session.execute` tells, what the session has not yet written first: nothing of
    them is an entity, so none is looked up, none is made, none can be stale. What an act has asked it asks
    again only after a lock, or where it has written to one of the tables.
    """
    session = db.session()
    if "found" not in session.info:
        return bare.named_rows(query, asked)
    if session.autoflush:
        session.flush()
    tables = bare.tables_in(session, query, asked)
    if tables & WRITTEN_BY_TRIGGERS:
        return bare.named_rows(query, asked)
    what = (query, *asked, *map(_fixed, asked.values()))
    return keep(session, tables, what, lambda: bare.named_rows(query, asked))


def _fixed(given: Any) -> Any:
    return tuple(given) if isinstance(given, list) else given
