"""Tables that leave the house as files: numbers as numbers, and no text that a spreadsheet would compute."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

COMPUTED = ("=", "+", "-", "@", "\t", "\r", "\0")
GUARDED = "A text that begins with an apostrophe began with a sign that a spreadsheet would compute."


def csv_answer(filename: str, columns: Sequence[str], rows: Iterable[Sequence[str | int]]) -> Response:
    """Rows as a CSV file in UTF-8 to keep; the file says where a text was guarded. The name is ours."""
    answered = Response(csv_text(columns, rows), mimetype="text/csv")
    answered.headers.set("Content-Disposition", "attachment", filename=filename)
    return answered


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[str | int]]) -> str:
    """The file's text: the header, the rows, and a last line where something was guarded."""
    found = [[guarded(cell) for cell in row] for row in rows]
    kept = io.StringIO()
    writer = csv.writer(kept, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(found)
    if any(isinstance(cell, str) and cell.startswith("'") for row in found for cell in row):
        writer.writerow([GUARDED])
    return kept.getvalue()


def guarded(cell: str | int) -> str | int:
    """The cell with an apostrophe before a text that a spreadsheet would take for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(COMPUTED) else cell
