"""Rows that cannot be taken, in words, on a page, on the terminal and in a file."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

BAD_HEADER = ("line", "column", "it says", "why it is not taken", "what would do")


@dataclass(frozen=True, slots=True)
class BadField:
    """One thing that is wrong with one row: its line, the column, what it says, why, and what would do."""

    line: int
    column: str
    said: str
    why: str
    remedy: str


def bad_cells(found: Iterable[BadField]) -> Iterator[tuple[str | int, ...]]:
    """The same as rows of a file."""
    return ((bad.line, bad.column, bad.said, bad.why, bad.remedy) for bad in found)


def told(bad: BadField) -> str:
    """One of them as a line of the terminal."""
    where = f"line {bad.line}" + (f", {bad.column}" if bad.column else "")
    said = f" “{bad.said}”:" if bad.said else ""
    return f"{where}:{said} {bad.why} {bad.remedy}".rstrip()
