"""Reading a list row by row: each is new, known, or bad, and every fault of it is told."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any, Protocol, TypeVar

from formulary.exchange.labels import BadField
from formulary.rules.findings import Refused
from formulary.web.tables import BadCell, Column, Row, open_table

T = TypeVar("T")
AT_ONCE = 1_000
MOST_KEPT = 500
FIRST_ROWS = 5
Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Judged:
    """One row: what is wrong with it, or what it says, and whether that is on record already."""

    row: Row
    value: Any = None
    bad: tuple[BadField, ...] = ()
    known: bool = False


class Reader(Protocol):
    """What one kind of list makes of its rows, some hundreds at a time."""

    columns: tuple[Column, ...]
    most: int

    def judge(self, rows: list[Row]) -> list[Judged]:
        """Each of them, in order."""


@dataclass
class Looked:
    """What stands in a list: how many rows are new, known and bad; the first rows, and the first bad fields.

    `bad` holds the first MOST_KEPT, `bad_rows` counts every row that is bad; `unread` are columns that
    nobody asks for.
    """

    new: int = 0
    known: int = 0
    bad_rows: int = 0
    bad: list[BadField] = field(default_factory=list)
    first: list[dict[str, str]] = field(default_factory=list)
    shown: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """All of them."""
        return self.new + self.known + self.bad_rows

    def count(self, judged: Judged) -> None:
        """Count one more row."""
        if judged.bad:
            self.bad_rows += 1
            self.bad += judged.bad[: max(0, MOST_KEPT - len(self.bad))]
        else:
            self.new, self.known = self.new + (not judged.known), self.known + judged.known
        if len(self.first) < FIRST_ROWS:
            self.first.append(dict(judged.row.cells))


class Cells:
    """The cells of one row, read one by one; what cannot be read is kept as its faults."""

    def __init__(self, row: Row) -> None:
        """Begin with what is wrong with the row itself."""
        self.row = row
        self.bad: list[BadField] = []
        if row.fault:
            self.refuse("", row.fault, "Correct the row.")

    def refuse(self, column: str, why: str, remedy: str) -> None:
        """Keep that a column cannot be taken."""
        self.bad.append(BadField(self.row.line, column, self.row[column][:80] if column else "", why, remedy))

    def read(self, column: str, reader: Callable[[str], T]) -> T | None:
        """What a column says; None where it is empty, or cannot be taken and that is kept."""
        said = self.row[column]
        return self.of(column, reader, said) if said else None

    def must(self, column: str, reader: Callable[[str], T]) -> T | None:
        """The same of a column that may not be empty."""
        if not self.row[column]:
            self.refuse(column, "It is empty.", "Fill it in.")
            return None
        return self.read(column, reader)

    def of(self, column: str, work: Callable[..., T], *told: str) -> T | None:
        """What a piece of work makes of a column; None where that cannot be taken."""
        try:
            return work(*told)
        except BadCell as fault:
            self.refuse(column, fault.why, fault.remedy)
        except Refused as refusal:
            for finding in refusal.findings:
                self.refuse(column, finding.reason, finding.remedy)
        return None

    def judged(self, value: Any, *, known: bool = False) -> Judged:
        """The row with what it says, or with its faults."""
        return Judged(self.row, None, tuple(self.bad)) if self.bad else Judged(self.row, value, (), known)


def stretches(
    file: IO[bytes], reader: Reader, looked: Looked, told: Told | None = None
) -> Iterator[list[Judged]]:
    """The rows of a file, some hundreds at a time, counted on the way; Refused where it is no such list."""
    table = open_table(file, reader.columns, most=reader.most)
    looked.shown, looked.unread = tuple(table.heading.places), table.heading.unread
    while rows := list(islice(table.rows, AT_ONCE)):
        judged = reader.judge(rows)
        for one in judged:
            looked.count(one)
        yield judged
        if told is not None:
            told(len(rows))
