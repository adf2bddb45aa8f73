"""Statements that are put together once: that takes longer than the database takes to answer most of them.

A builder without arguments wears `@cache` and names what it asks by with `value` and `values`; who sends it
gives them.
"""

from typing import Any

from sqlalchemy import BindParameter, bindparam


def value(name: str) -> BindParameter[Any]:
    """A value that is given when the statement is sent; its type is that of the column beside it."""
    return bindparam(name)


def values(name: str) -> BindParameter[Any]:
    """A list of any length, for `in_` and `not_in`; an empty one is in nothing."""
    return bindparam(name, expanding=True)
