"""Rows of a CSV: UTF-8, its separator found by the header, cells over several lines."""

import csv
import io
from collections.abc import Iterator, Sequence
from typing import IO

from formulary.web.tables import faults
from formulary.web.tables.columns import Column, known_in

SEPARATORS = (",", ";", "\t")
LONGEST_HEADER = 20_000


def lines(file: IO[bytes], columns: Sequence[Column]) -> Iterator[tuple[int, list[str]]]:
    """The rows, each with the line of the file at which it begins; Refused for what is no CSV in UTF-8."""
    separator = _separator(file.read(LONGEST_HEADER), columns)
    file.seek(0)
    read = csv.reader(_decoded(file), delimiter=separator, strict=True)
    before = 0
    try:
        for cells in read:
            yield before + 1, cells
            before = read.line_num
    except csv.Error as fault:
        if "unexpected end" in str(fault):
            raise faults.torn(before + 1) from fault
        raise faults.not_csv(before + 1) from fault


def _decoded(file: IO[bytes]) -> Iterator[str]:
    """The lines, each read as UTF-8 by itself: where one is not, it is named."""
    for number, raw in enumerate(io.BufferedReader(_Raw(file)), 1):
        try:
            line = raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as fault:
            raise faults.not_utf8(number) from fault
        if "\0" in line:
            raise faults.unseen(number)
        yield line


class _Raw(io.RawIOBase):
    """Any open file as what a buffered reader takes."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        piece = self._file.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)


def _separator(begins: bytes, columns: Sequence[Column]) -> str:
    """The one by which the most names of the first row are known."""
    rows = begins.decode("utf-8-sig", "replace").splitlines()
    first = next((row for row in rows if row.strip(" ,;\t")), "")
    return max(SEPARATORS, key=lambda mark: known_in(next(csv.reader([first], delimiter=mark), []), columns))
