"""Statements that are put together once: that takes longer than the database takes to answer most of them.

A builder without arguments wears `@cache` and names what it asks by with `value` and `values`; who sends it
gives them.
"""

from typing import Any

from sqlalchemy import BindParameter, ColumnClause, Integer, String, bindparam, literal_column


def value(name: str) -> BindParameter[Any]:
    """A value that is given when the statement is sent; its type is that of the column beside it."""
    return bindparam(name)


def values(name: str) -> BindParameter[Any]:
    """A list of any length, for `in_` and `not_in`; an empty one is in nothing."""
    return bindparam(name, expanding=True)


def word(own: str) -> ColumnClause[str]:
    """A word of ours, the same whenever the statement is sent, so that it stands in its text.

    PostgreSQL keeps one plan for all values of a statement only where that plan is as good as one made for
    these. A state among values looks as if it could be any: the plan without it reads the whole table, so
    each page is planned anew, which takes longer than the answer.
    """
    if not (own.isascii() and own.replace("_", "").isalpha()):
        raise ValueError(f"No word of ours: {own!r}")
    return literal_column(f"'{own}'", String)


def words(*own: str) -> list[ColumnClause[str]]:
    """Several of them, for `in_`."""
    return [word(one) for one in own]


def whole(own: int) -> ColumnClause[int]:
    """A whole number of ours in the text, for the same reason."""
    return literal_column(str(int(own)), Integer)
