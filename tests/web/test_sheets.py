"""Lists as files: what is a number stays one, what a spreadsheet would run stays text, memory is bounded."""

import io
import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from formulary.web.sheets import CHUNK, SAID, Sheet, answer, as_csv, as_xlsx

AT = datetime(2026, 11, 24, 14, 10, tzinfo=UTC)
ROW = ["TXA-2231", Decimal("0.0000001"), 12, date(2029, 6, 30), AT, None]
HEADER = ["Lot", "Quantity", "Count", "Expires", "At", "Remark"]


def csv_of(*rows):
    """The lines of the CSV."""
    return b"".join(as_csv(Sheet("list", HEADER, rows))).decode("utf-8-sig").split("\r\n")


def cells_of(*rows):
    """The cells of the workbook as another program reads them."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(as_xlsx(Sheet("list", HEADER, rows)))))
    return book.get_sheet_by_index(0).to_python()


def test_a_csv_has_plain_numbers_and_days():
    assert csv_of(ROW) == [
        "Lot,Quantity,Count,Expires,At,Remark",
        "TXA-2231,0.0000001,12,2029-06-30,2026-11-24T14:10:00+00:00,",
        "",
    ]


def test_a_workbook_has_numbers_as_numbers_and_days_as_days():
    header, row = cells_of(ROW)
    assert header == HEADER
    assert row == ["TXA-2231", 1e-07, 12, date(2029, 6, 30), "2026-11-24T14:10:00+00:00", ""]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\0=1"])
def test_text_that_would_run_is_marked_and_the_file_says_so(text):
    assert f"'{text}" in b"".join(as_csv(Sheet("list", ["Lot"], [[text]]))).decode()
    assert csv_of([text])[-2] == SAID


def test_text_that_would_run_is_text_in_a_workbook():
    assert cells_of(["=1+1"])[1][0] == "'=1+1"


def test_a_number_below_zero_is_a_number():
    assert csv_of(["A", Decimal("-0.5")])[1] == "A,-0.5"


def test_a_list_without_rows_has_its_header():
    assert csv_of() == ["Lot,Quantity,Count,Expires,At,Remark", ""]


def test_a_long_list_is_written_in_pieces_and_kept_nowhere():
    rows = (["x" * 90, number] for number in range(20_000))
    tracemalloc.start()
    total = sum(len(piece) for piece in as_csv(Sheet("list", ["Name", "Number"], rows)))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total > 20 * CHUNK
    assert most < total / 2


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_answer_is_a_download(app, kind):
    with app.test_request_context():
        answered = answer(Sheet("shelf-2026-11-24", ["Lot"], []), kind)
    assert answered.headers["Content-Disposition"] == f"attachment; filename=shelf-2026-11-24.{kind}"
