"""Opening a list: which kind of file it is, its header, and its rows one after the other."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO

from formulary.web.tables import faults, text, workbook
from formulary.web.tables.columns import Column, Heading, heading

MOST_ROWS = 500_000
LONGEST_CELL = 2_000
ZIP = b"PK\x03\x04"
Line = tuple[int, list[str]]
Lines = Iterator[Line]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the list: its line, what its columns say, and what is wrong with its form."""

    line: int
    cells: dict[str, str]
    fault: str = ""

    def __getitem__(self, name: str) -> str:
        """What a column says, without spaces around it; "" where there is none such."""
        return self.cells.get(name, "")


@dataclass(frozen=True)
class Table:
    """A list with its header read; its rows can be read once."""

    heading: Heading
    rows: Iterator[Row]


def open_table(file: IO[bytes], columns: Sequence[Column], *, most: int = MOST_ROWS) -> Table:
    """The list in a file that is open; Refused where the file or its header is no such.

    Rows are read one by one; empty ones and a header that comes again are passed over.
    """
    lines = _lines(file, columns)
    first = next((line for line in lines if any(cell.strip() for cell in line[1])), None)
    if first is None:
        raise faults.no_table()
    found = heading(first[1], columns)
    return Table(found, _rows(lines, first[1], found, most))


def _lines(file: IO[bytes], columns: Sequence[Column]) -> Lines:
    file.seek(0)
    begins = file.read(len(ZIP))
    file.seek(0)
    kinds: dict[bool, Callable[[IO[bytes], Sequence[Column]], Lines]] = {
        True: workbook.lines,
        False: text.lines,
    }
    return kinds[begins == ZIP](file, columns)


def _rows(lines: Lines, header: list[str], found: Heading, most: int) -> Iterator[Row]:
    count = 0
    for number, cells in lines:
        if cells == header or not any(cell.strip() for cell in cells):
            continue
        count += 1
        if count > most:
            raise faults.too_large("rows", most)
        yield _row(number, cells, found)
    if not count:
        raise faults.no_table()


def _row(number: int, cells: list[str], found: Heading) -> Row:
    said = {name: _stripped(cells[place]) for name, place in found.places.items() if place < len(cells)}
    return Row(number, said, _fault(cells, found))


def _stripped(cell: str) -> str:
    bare = cell.strip()
    return cell if bare == cell else type(cell)(bare)


def _fault(cells: list[str], found: Heading) -> str:
    if len(cells) < found.width:
        return f"The row has {len(cells)} cells and the header {found.width}."
    if len(cells) > found.width and any(cell.strip() for cell in cells[found.width :]):
        return f"The row has {len(cells)} cells and the header {found.width}."
    if max(map(len, cells), default=0) > LONGEST_CELL:
        return f"A cell has more than {LONGEST_CELL:,} characters."
    if any(cell.startswith("=") for cell in cells):
        return "A cell holds a formula."
    return ""
