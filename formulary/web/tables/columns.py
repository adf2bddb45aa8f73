"""Columns of a list: known by their names in the first row, in any order, with or without others between."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from formulary.web.tables import faults

_BETWEEN = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Column:
    """What a column is called, by which other names it is known, and an example of what it says.

    One of a group that is `needed` must be there, where a group is the columns that share its word.
    """

    name: str
    also: tuple[str, ...] = ()
    needed: str = ""
    hint: str = ""
    example: str = ""

    @property
    def names(self) -> frozenset[str]:
        """All its names, as they are compared."""
        return frozenset(plain(name) for name in (self.name, *self.also))


@dataclass(frozen=True, slots=True)
class Heading:
    """Where each known column stands, how many cells a row has, and what nobody asks for."""

    places: dict[str, int]
    width: int
    unread: tuple[str, ...]


def plain(name: str) -> str:
    """A name as it is compared: small letters, one space between words."""
    return _BETWEEN.sub(" ", name).strip().lower()


def known_in(cells: Sequence[str], columns: Sequence[Column]) -> int:
    """How many cells of a row name one of the columns."""
    names = frozenset().union(*(column.names for column in columns))
    return sum(plain(cell) in names for cell in cells)


def heading(cells: Sequence[str], columns: Sequence[Column]) -> Heading:
    """The places of the columns; Refused where one stands twice, or one that is needed is not there."""
    places: dict[str, int] = {}
    unread = []
    for number, cell in enumerate(cells):
        column = next((one for one in columns if plain(cell) in one.names), None)
        if column is None:
            unread += [cell.strip()] if cell.strip() else []
        elif column.name in places:
            raise faults.column_twice(column.name)
        else:
            places[column.name] = number
    _all_needed(places, columns)
    width = max((number + 1 for number, cell in enumerate(cells) if cell.strip()), default=0)
    return Heading(places, width, tuple(unread))


def _all_needed(places: dict[str, int], columns: Sequence[Column]) -> None:
    groups: dict[str, list[Column]] = {}
    for column in columns:
        if column.needed:
            groups.setdefault(column.needed, []).append(column)
    for group, members in groups.items():
        if not any(column.name in places for column in members):
            known = ", ".join(name for column in members for name in (column.name, *column.also))
            raise faults.no_column(group, known)
