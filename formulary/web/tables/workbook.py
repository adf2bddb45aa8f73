"""Rows of a workbook's first sheet: numbers by their shortest decimal text, days as days, no formulas."""

import posixpath
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import IO, Any
from xml.parsers.expat import ExpatError

from formulary.web.tables import faults
from formulary.web.tables.cells import Number
from formulary.web.tables.columns import Column
from formulary.web.tables.measuring import MOST_COLUMNS, Measure, Reach, elements

MOST_UNPACKED = 300 * 1024 * 1024
CHUNK = 1024 * 1024
_LISTS = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels")
"""Which sheets there are, in order, and in which part each is."""
LARGEST_LIST = 4 * 1024 * 1024
OTHER_KINDS = frozenset({"content.xml", "xl/workbook.bin"})
"""Workbooks of other kinds, which a reader would unfold just as well."""


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
    """Refuse what is larger inside, or unfolded, than it may be, and a first sheet with formulas."""
    try:
        with zipfile.ZipFile(file) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                raise faults.too_large("bytes, unpacked", MOST_UNPACKED)
            if OTHER_KINDS & {name.lower() for name in packed.namelist()}:
                raise faults.not_workbook()
            reached = {part.filename.lower(): _read_through(packed, part) for part in packed.infolist()}
            if any(sheet.has_formulas for sheet in _first(packed, reached)):
                raise faults.formulas()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ExpatError) as fault:
        raise faults.not_workbook() from fault


def _read_through(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> Reach:
    """Read a part to its end, which is where its size and its checksum are held against what it said."""
    measure = Measure()
    with packed.open(part) as inside:
        while piece := inside.read(CHUNK):
            measure.read(piece)
        measure.read(b"")
    return measure.reach


def _first(packed: zipfile.ZipFile, reached: Mapping[str, Reach]) -> list[Reach]:
    """The first sheet, or all of them where the workbook does not say plainly which that is."""
    names = {name.lower(): name for name in packed.namelist()}
    if any(name not in names or packed.getinfo(names[name]).file_size > LARGEST_LIST for name in _LISTS):
        return list(reached.values())
    book, parts = (elements(packed.read(names[name])) for name in _LISTS)
    targets = {said.get("Id"): said.get("Target", "") for kind, said in parts if kind == "Relationship"}
    keys = [_key(said) for kind, said in book if kind == "sheet"]
    path = posixpath.normpath(posixpath.join("/xl", targets.get(keys[0], ""))) if keys else ""
    first = reached.get(path.removeprefix("/").lower())
    return [first] if first else list(reached.values())


def _key(said: Mapping[str, str]) -> str | None:
    return next((value for name, value in said.items() if name.endswith(":id")), None)


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
