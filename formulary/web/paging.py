"""A pager that walks by key: it stays right while rows are added, and is as fast on page 400 as on page 1."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, asc, desc, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from formulary.db import db

LONGEST_TOKEN = 400
Columns = Sequence[InstrumentedAttribute[Any]]


@dataclass(frozen=True, slots=True)
class Window:
    """Where in the list to begin: behind a row (`after`), or before one, or at its top."""

    after: str = ""
    before: str = ""

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "Window":
        """The window a query string asks for."""
        return cls(args.get("after", ""), args.get("before", ""))


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list, and the tokens that lead to the rows above and below them."""

    rows: list[Any]
    newer: str = ""
    older: str = ""

    def __iter__(self) -> Any:
        """The rows."""
        return iter(self.rows)

    def __len__(self) -> int:
        """How many rows stand on this page."""
        return len(self.rows)


def page(
    rows: Select[Any], by: Columns, *, window: Window | None = None, size: int = 50, newest_first: bool = True
) -> Page:
    """One page of a select ordered by `by`, whose last column is unique; a bad token means the top."""
    window = window or Window()
    start, upwards = _start(window, len(by))
    falling = newest_first != upwards
    query = rows.order_by(*((desc if falling else asc)(column) for column in by)).limit(size + 1)
    if start is not None:
        here, there = tuple_(*by), tuple_(*start)
        query = query.where(here < there if falling else here > there)
    found = list(db.session.scalars(query))
    more, found = len(found) > size, found[:size]
    if upwards:
        found.reverse()
    return _page(found, by, has_newer=more if upwards else start is not None, has_older=more or upwards)


def _page(found: list[Any], by: Columns, *, has_newer: bool, has_older: bool) -> Page:
    if not found:
        return Page([])
    return Page(found, token(found[0], by) if has_newer else "", token(found[-1], by) if has_older else "")


def _start(window: Window, length: int) -> tuple[list[Any] | None, bool]:
    if window.before and (start := values_of(window.before, length)) is not None:
        return start, True
    return (values_of(window.after, length) if window.after else None), False


def token(row: Any, by: Columns) -> str:
    """Where a row stands in the order, for a query string."""
    values = [_written(getattr(row, column.key)) for column in by]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"at": value.isoformat()}
    return {"on": value.isoformat()} if isinstance(value, date) else value


def values_of(text: str, length: int) -> list[Any] | None:
    """The values a token stands for, or None where it is no token of ours."""
    if len(text) > LONGEST_TOKEN:
        return None
    try:
        read = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        values = [_read(value) for value in read]
    except (binascii.Error, ValueError, TypeError, KeyError, RecursionError):
        return None
    return values if len(values) == length else None


def _read(value: Any) -> Any:
    if isinstance(value, dict):
        return datetime.fromisoformat(value["at"]) if "at" in value else date.fromisoformat(value["on"])
    if (
        isinstance(value, bool)
        or not isinstance(value, int | str)
        or (isinstance(value, int) and abs(value) >= 2**63)
    ):
        raise TypeError("not a value of a key")
    return value
