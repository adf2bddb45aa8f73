"""Rows of any number in bounded memory: read some thousands at a time, and whoever waits is told how far."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Select, func, select

from formulary.db import hashed
from formulary.db.bare import driver_rows
from formulary.db.base import db
from formulary.db.prepared import value

AT_ONCE = 2_000
MARK = "\x1e"
"""Between two values of a stretch: the record separator, which nobody can type and JSON never holds."""
Told = Callable[[int], None]
"""Is told of so many rows more."""
Columns = tuple[Sequence[bytes], ...]


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


@dataclass(frozen=True)
class Stretch:
    """Rows of a walk that follow one another: behind which key they lie (None: they are the first), up to
    which, how many, and what was asked of them, column by column; no columns where a value holds the mark.
    """

    behind: int | None
    last: int
    count: int
    columns: Columns


@dataclass(frozen=True)
class Walk:
    """All rows of a table in the order of their key, a stretch at a time.

    What is `asked` of each (parts of `hashed.joined`) comes as text, and the database puts the texts of a
    stretch together: thousands of rows come as one. `size` is how many, AT_ONCE if None.
    """

    key: Any
    asked: Sequence[Any]
    size: int | None = None

    def stretches(self, told: Told = quietly) -> Iterator[Stretch]:
        """One after the other; told is how many rows are behind."""
        stretch = self._stretch(None, driver_rows(self._first, {}))
        while stretch.count:
            yield stretch
            told(stretch.count)
            if stretch.count < self._most:
                return
            stretch = self._stretch(stretch.last, driver_rows(self._next, {"behind": stretch.last}))

    def one_by_one(self, stretch: Stretch) -> Columns:
        """The columns of a stretch read row by row, whatever its values hold."""
        query = select(*(hashed.as_bytes(hashed.joined([part])) for part in self.asked))
        query = query.where(self.key <= stretch.last).order_by(self.key)
        if stretch.behind is not None:
            query = query.where(self.key > stretch.behind)
        rows = db.session.execute(query).all()
        return tuple([hashed.in_bytes(text) for text in column] for column in zip(*rows, strict=True))

    def _stretch(self, behind: int | None, found: Sequence[Any]) -> Stretch:
        [(count, last, text)] = found
        values = hashed.in_bytes(text).split(MARK.encode()) if count else []
        width = len(self.asked)
        whole = len(values) == count * width
        return Stretch(behind, last, count, tuple(values[n::width] for n in range(width)) if whole else ())

    @cached_property
    def _first(self) -> Select[Any]:
        return _together(self._rows())

    @cached_property
    def _next(self) -> Select[Any]:
        return _together(self._rows().where(self.key > value("behind")))

    def _rows(self) -> Select[Any]:
        told = hashed.joined(self.asked, MARK).label("told")
        return select(self.key.label("key"), told).order_by(self.key).limit(self._most)

    @cached_property
    def _most(self) -> int:
        return self.size or AT_ONCE


def _together(query: Select[Any]) -> Select[Any]:
    """How many rows, the key of the last, and the texts of all, the mark between each two."""
    rows = query.subquery()
    together = func.group_concat if hashed.on_sqlite() else func.string_agg
    return select(func.count(), func.max(rows.c.key), hashed.as_bytes(together(rows.c.told, MARK)))
