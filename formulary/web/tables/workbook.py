"""Rows of a workbook's first sheet: numbers by their shortest decimal text, days as days, no formulas."""

import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import IO, Any

from formulary.web.tables import faults
from formulary.web.tables.cells import Number
from formulary.web.tables.columns import Column

MOST_UNPACKED = 300 * 1024 * 1024
MOST_COLUMNS = 200
CHUNK = 1024 * 1024
FORMULA = (b"<f>", b"<f ", b"<f/")
FIRST_SHEET = "xl/worksheets/sheet1.xml"


def lines(file: IO[bytes], _columns: Sequence[Column]) -> Iterator[tuple[int, list[str]]]:
    """The rows of the first sheet, each with its number; Refused where it is too much, or computes."""
    _looked_through(file)
    file.seek(0)
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - only who opens one waits

    try:
        sheet = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0)
        for number, cells in enumerate(sheet.iter_rows(), 1):
            yield number, [_text(cell) for cell in cells[:MOST_COLUMNS]]
    except (CalamineError, OSError, ValueError) as fault:
        raise faults.not_workbook() from fault


def _looked_through(file: IO[bytes]) -> None:
    """Refuse what is larger inside than it may be, and a first sheet with formulas."""
    try:
        with zipfile.ZipFile(file) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                raise faults.too_large("bytes, unpacked", MOST_UNPACKED)
            for part in packed.infolist():
                _read_through(packed, part)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as fault:
        raise faults.not_workbook() from fault


def _read_through(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Read a part to its end, which is where its size and its checksum are held against what it said."""
    with packed.open(part) as inside:
        before = b""
        while piece := inside.read(CHUNK):
            seen = before[-2:] + piece
            if part.filename == FIRST_SHEET and any(mark in seen for mark in FORMULA):
                raise faults.formulas()
            before = piece


def _text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int | float):
        return Number(_shortest(cell))
    if isinstance(cell, datetime):
        return Number(cell.date() if cell.time() == time() else f"{cell:%Y-%m-%d %H:%M:%S}")
    if isinstance(cell, date):
        return Number(cell)
    return str(cell) if isinstance(cell, time | timedelta) else ""


def _shortest(cell: float) -> str:
    """The shortest decimal that this number is kept for: 0.1 of a cell is "0.1", and 12 is "12"."""
    exact = Decimal(repr(cell))
    return f"{exact:f}".removesuffix(".0")
