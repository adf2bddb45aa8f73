"""How far the sheets of a workbook reach, and which of them compute: asked before one is unfolded."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from xml.parsers import expat

from formulary.web.tables import faults

MOST_COLUMNS, MOST_LINES = 200, 600_000
MOST_CELLS = 12_000_000
"""What a reader unfolds: so many cells are some 400 MB."""
EMPTY_CELLS, EMPTY_FOR_ONE = 1_000_000, 20
"""So many cells may be empty, and so many more beside each that is filled."""
SHEET = b"sheetData"
REFERENCE = re.compile(r"([A-Za-z]{1,7})([0-9]{1,9})", re.ASCII)


@dataclass
class Reach:
    """Where the cells of a sheet lie that hold something, by what each says of itself, or by their order."""

    row: int = 0
    column: int = 0
    last_row: int = 0
    last_column: int = 0
    filled: int = 0
    has_formulas: bool = False
    in_sheet: bool = False
    in_cell: bool = False

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        kind = name.rpartition(":")[2] if ":" in name else name
        if not self.in_sheet:
            self.in_sheet = kind == "sheetData"
        elif kind == "c":
            self._cell(attributes.get("r"))
        elif kind == "row":
            self.row, self.column = _number(attributes.get("r"), self.row + 1), 0
        else:
            self.has_formulas = self.has_formulas or kind == "f"
            self._holds()

    def end(self, name: str) -> None:
        """An element ends."""
        kind = name.rpartition(":")[2] if ":" in name else name
        if kind == "c":
            self.in_cell = False
        elif kind == "sheetData":
            self.in_sheet = False

    def _cell(self, said: str | None) -> None:
        self.in_cell, self.column = True, self.column + 1
        if said is not None:
            found = REFERENCE.fullmatch(said.strip())
            if found is None:
                raise faults.not_workbook()
            self.column, self.row = _column(found[1]), int(found[2])

    def _holds(self) -> None:
        """Something stands in the cell: only then is it unfolded."""
        if not self.in_cell:
            return
        self.in_cell, self.filled = False, self.filled + 1
        self.last_row = max(self.last_row, self.row)
        self.last_column = max(self.last_column, self.column)
        if self.last_column > MOST_COLUMNS:
            raise faults.too_large("columns", MOST_COLUMNS)
        if self.last_row > MOST_LINES:
            raise faults.too_large("lines", MOST_LINES)

    def hold(self) -> None:
        """Refused where unfolding it takes too much."""
        area = self.last_row * self.last_column
        if area > min(MOST_CELLS, EMPTY_CELLS + EMPTY_FOR_ONE * self.filled):
            raise faults.too_sparse()


class Measure:
    """Reads one part of a workbook, piece by piece, and says how far it reaches where it is a sheet."""

    def __init__(self) -> None:
        """Begin at its first byte."""
        self.reach, self.is_sheet, self._torn, self._before = Reach(), False, False, b""
        self._parser = expat.ParserCreate("utf-8")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self.reach.begin
        self._parser.EndElementHandler = self.reach.end
        self._parser.StartDoctypeDeclHandler = _no_doctype

    def read(self, piece: bytes) -> None:
        """The next bytes; b"" are the end."""
        self.is_sheet = self.is_sheet or SHEET in self._before + piece
        self._before = piece[-len(SHEET) :]
        if not self._torn:
            try:
                self._parser.Parse(piece, not piece)
            except (expat.ExpatError, ValueError):
                self._torn = True
        if self.is_sheet and self._torn:
            raise faults.not_workbook()
        if not piece:
            self.reach.hold()


def elements(raw: bytes) -> list[tuple[str, dict[str, str]]]:
    """The elements of a small part in order, without their prefixes, each with its attributes."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = lambda name, said: found.append((name.rpartition(":")[2], said))
    parser.StartDoctypeDeclHandler = _no_doctype
    parser.Parse(raw, True)
    return found


def _no_doctype(*_said: Any) -> None:
    raise faults.not_workbook()


def _number(said: str | None, otherwise: int) -> int:
    if said is None:
        return otherwise
    if not REFERENCE.fullmatch(f"A{said.strip()}"):
        raise faults.not_workbook()
    return int(said)


@lru_cache(1_000)
def _column(letters: str) -> int:
    found = 0
    for letter in letters.upper():
        found = found * 26 + ord(letter) - ord("A") + 1
    return found
