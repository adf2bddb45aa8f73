"""Rows of any number in bounded memory: read some thousands at a time, and whoever waits is told how far."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from formulary.db.base import db

AT_ONCE = 5_000
Told = Callable[[int], None]
"""Is told of so many rows more."""


def quietly(_rows: int) -> None:
    """Nobody waits."""


def parts(query: Any, told: Told = quietly, size: int | None = None) -> Iterator[Sequence[Any]]:
    """The rows of a query, so many at a time; PostgreSQL keeps the rest until it is asked for.

    They are the driver's own tuples, which cost half of what rows with names do: what is asked for must come
    as it lies there, without an instant or JSON among it.
    """
    found: Any = db.session.connection().execute(query, execution_options={"stream_results": True})
    while rows := found.cursor_strategy.fetchmany(found, found.cursor, size or AT_ONCE):
        yield rows
        told(len(rows))
