"""Lists as files for spreadsheets: CSV row by row, XLSX from a temporary file; no text in them is run."""

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from flask import Response, stream_with_context

Cell = str | int | Decimal | date | datetime | None
MARK = "'"
RUNS = ("=", "+", "-", "@", "\t", "\r", "\0")
SAID = "Cells that begin with ' hold text that a spreadsheet would have run."
CHUNK = 64 * 1024
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list: its name (ours, it becomes the file's), its header, and its rows, read once."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def answer(sheet: Sheet, kind: str) -> Response:
    """The list as a download of this kind, "csv" or "xlsx"."""
    made: dict[str, Callable[[Sheet], Iterator[bytes]]] = {"csv": as_csv, "xlsx": as_xlsx}
    answered = Response(stream_with_context(made[kind](sheet)), mimetype=KINDS[kind])
    answered.headers.set("Content-Disposition", "attachment", filename=f"{sheet.name}.{kind}")
    return answered


def as_csv(sheet: Sheet) -> Iterator[bytes]:
    """The list as CSV (RFC 4180, UTF-8 with its mark, decimal points), in pieces of bounded size."""
    buffer = io.StringIO("\ufeff")
    buffer.seek(0, io.SEEK_END)
    writer = csv.writer(buffer)
    for row in _safe(sheet):
        writer.writerow(["" if cell is None else _plain(cell) for cell in row])
        if buffer.tell() > CHUNK:
            yield _taken(buffer)
    yield _taken(buffer)


def as_xlsx(sheet: Sheet) -> Iterator[bytes]:
    """The list as a workbook: numbers as numbers, dates as dates, instants as text with their zone."""
    import xlsxwriter  # noqa: PLC0415 - only who asks for a workbook waits for it

    with tempfile.TemporaryFile() as file:
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        book = xlsxwriter.Workbook(file, options)
        page, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate(_safe(sheet)):
            for column, cell in enumerate(row):
                if isinstance(cell, date) and not isinstance(cell, datetime):
                    page.write_datetime(number, column, datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001 - a day has no zone
                elif cell is not None:
                    page.write(number, column, _plain(cell) if isinstance(cell, datetime) else cell)
        book.close()
        file.seek(0)
        while piece := file.read(CHUNK):
            yield piece


def _safe(sheet: Sheet) -> Iterator[list[Cell]]:
    """Header and rows with marked text, and a last row that says so where any was marked."""
    marked = False
    yield list(sheet.header)
    for row in sheet.rows:
        cells = [_marked(cell) for cell in row]
        marked = marked or cells != list(row)
        yield cells
    if marked:
        yield [SAID]


def _marked(cell: Cell) -> Cell:
    return f"{MARK}{cell}" if isinstance(cell, str) and cell.startswith(RUNS) else cell


def _plain(cell: Cell) -> str:
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return cell.isoformat() if isinstance(cell, date | datetime) else str(cell)


def _taken(buffer: io.StringIO) -> bytes:
    piece = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return piece
