"""Lists in files: CSV and XLSX read cell by cell, what spreadsheets do to them told and never guessed."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime

import pytest
import xlsxwriter

from formulary.rules.findings import Refused
from formulary.web.tables import (
    BadCell,
    Column,
    Number,
    open_table,
    read_count,
    read_day,
    read_instant,
    read_printed_expiry,
    read_yes,
    workbook,
)

COLUMNS = (
    Column("date", ("day",), "the date"),
    Column("lot", ("batch",), "the lot"),
    Column("quantity", ("qty",)),
)


def table(raw: bytes):
    return open_table(io.BytesIO(raw), COLUMNS)


def told(raw: bytes) -> list[tuple[int, str, str, str]]:
    return [(row.line, row["date"], row["lot"], row["quantity"]) for row in table(raw).rows]


def refused(raw: bytes) -> str:
    with pytest.raises(Refused) as refusal:
        list(table(raw).rows)
    return refusal.value.findings[0].code


def a_book(*rows: tuple[object, ...], formula: str = "") -> bytes:
    kept = io.BytesIO()
    with xlsxwriter.Workbook(kept, {"in_memory": True}) as book:
        page, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                if isinstance(cell, date):
                    page.write_datetime(number, place, datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
                else:
                    page.write(number, place, cell)
        if formula:
            page.write_formula(len(rows), 0, formula)
    return kept.getvalue()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_the_separator_is_found_by_the_header_and_columns_by_their_names(separator: str, mark: bytes) -> None:
    lines = [["Batch", "Where", "DAY", "qty"], ["A1", "x", "2024-03-01", "1"]]
    raw = mark + "\r\n".join(separator.join(line) for line in lines).encode()
    assert told(raw) == [(2, "2024-03-01", "A1", "1")]
    assert table(raw).heading.unread == ("Where",)


def test_cells_over_lines_empty_rows_and_a_header_that_comes_again() -> None:
    raw = b'date,lot,qty\n2024-03-01,"A\n1",1\n\n,,\ndate,lot,qty\n2024-03-02,B,2\n'
    assert told(raw) == [(2, "2024-03-01", "A\n1", "1"), (7, "2024-03-02", "B", "2")]


WHOLE = {
    "nothing": (b"", "file.empty"),
    "no rows": (b"date,lot\n", "file.empty"),
    "no lot": (b"date,quantity\n2024-03-01,1\n", "file.header_missing"),
    "two lots": (b"date,lot,batch\n", "file.header_twice"),
    "another coding": ("date,lot\n2024-03-01,\xe9\n".encode("cp1252"), "file.coding"),
    "two bytes a letter": ("date,lot\n2024-03-01,A\n".encode("utf-16"), "file.coding"),
    "a NUL": (b"date,lot\n2024-03-01,A\0\n", "file.coding"),
    "half a file": (b'date,lot\n2024-03-01,"A', "file.torn"),
    "odd quotes": (b'date,lot\n2024-03-01,"A"B\n', "file.quotes"),
    "half a workbook": (a_book(("date", "lot"), ("2024-03-01", "A"))[:2_000], "file.torn"),
    "a formula": (a_book(("date", "lot"), ("2024-03-01", "A"), formula="=1+1"), "file.formulas"),
}


@pytest.mark.parametrize("what", WHOLE)
def test_a_file_that_is_no_such_list_is_refused_with_its_reason(what: str) -> None:
    raw, code = WHOLE[what]
    assert refused(raw) == code


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("2024-03-01", "The row has 1 cells and the header 3."),
        ("2024-03-01,A,0,5", "The row has 4 cells and the header 3."),
        ("2024-03-01,A,=1+1", "A cell holds a formula."),
        (f"2024-03-01,{'A' * 3_000},1", "A cell has more than 2,000 characters."),
        ("2024-03-01,A,1,", ""),
    ],
)
def test_a_row_of_another_form_says_so(row: str, fault: str) -> None:
    assert [one.fault for one in table(f"date,lot,quantity\n{row}\n".encode()).rows] == [fault]


def test_a_workbook_gives_days_as_days_and_numbers_by_their_shortest_text() -> None:
    raw = a_book((), ("Day", "Lot", "Qty"), (date(2024, 3, 1), "00123", 0.1), (), ("2024-03-02", 12, 1e-7))
    assert told(raw) == [(3, "2024-03-01", "00123", "0.1"), (5, "2024-03-02", "12", "0.0000001")]
    assert [isinstance(row["lot"], Number) for row in table(raw).rows] == [False, True]
    eaten = a_book(("date", "lot"), ("2024-03-01", date(2024, 3, 24)))
    assert [isinstance(row["lot"], Number) for row in table(eaten).rows] == [True]


def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_UNPACKED", 10_000)
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * 100_000)
    assert refused(kept.getvalue()) == "file.too_large"


def a_sheet(cells: str, name: str = "sheet1", *, first: str = "sheet1") -> bytes:
    """A workbook whose parts are written by hand; another sheet, if there is one, comes second."""
    kept = io.BytesIO(a_book(("date", "lot"), ("2024-03-01", "A")))
    with zipfile.ZipFile(kept) as packed:
        parts = {part: packed.read(part) for part in packed.namelist()}
    begin, end = b"<worksheet><sheetData>", b"</sheetData></worksheet>"
    parts[f"xl/worksheets/{name}.xml"] = begin + cells.encode() + end
    listed = parts["xl/_rels/workbook.xml.rels"]
    parts["xl/_rels/workbook.xml.rels"] = listed.replace(b"sheet1.xml", f"{first}.xml".encode())
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for part, raw in parts.items():
            packed.writestr(part, raw)
    return made.getvalue()


HEAD = "<row><c t='inlineStr'><is><t>date</t></is></c><c t='inlineStr'><is><t>lot</t></is></c></row>"
FAR = {
    "the last cell of all": "<row><c r='XFD1048576'><v>1</v></c></row>",
    "a column far right": "<row><c r='GS2'><v>1</v></c></row>",
    "a line far down": "<row r='600001'><c><v>1</v></c></row>",
    "the two together": "<row r='599999'><c r='GR599999'><v>1</v></c></row>",
    "with a prefix and signs": "<x:row xmlns:x='y'><x:c r='&#88;FD&#49;0'><x:v>1</x:v></x:c></x:row>",
    "without saying where": "<row>" + "<c/>" * 200 + "<c><v>1</v></c></row>",
}


@pytest.mark.parametrize("name", ["sheet1", "other"])
@pytest.mark.parametrize("cells", FAR.values(), ids=FAR)
def test_cells_far_apart_are_refused_before_they_are_unfolded(
    cells: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("python_calamine.CalamineWorkbook.from_filelike", None, raising=False)
    assert refused(a_sheet(HEAD + cells, name)) == "file.too_large"


def test_empty_cells_that_only_have_a_form_are_passed_over() -> None:
    row = "<row><c t='inlineStr'><is><t>2024-03-01</t></is></c><c t='inlineStr'><is><t>A</t></is></c></row>"
    far = "<row r='1048576'><c r='XFD1048576' s='0'/></row>"
    assert told(a_sheet(HEAD + row + far)) == [(2, "2024-03-01", "A", "")]


def test_a_formula_is_found_in_the_first_sheet_whatever_its_part_is_called() -> None:
    computed = HEAD + "<row><c><f>1+1</f><v>2</v></c><c><v>1</v></c></row>"
    assert refused(a_sheet(computed, "other", first="other")) == "file.formulas"
    assert told(a_sheet(computed, "other")) == [(2, "2024-03-01", "A", "")]


def test_more_rows_than_are_read_are_refused() -> None:
    raw = io.BytesIO(b"date,lot\n" + b"2024-03-01,A\n" * 11)
    with pytest.raises(Refused, match="more than 10 rows"):
        list(open_table(raw, COLUMNS, most=10).rows)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2024-03-01", datetime(2024, 3, 1, 11, tzinfo=UTC)),
        ("2024-03-01 14:10", datetime(2024, 3, 1, 13, 10, tzinfo=UTC)),
        ("2023-10-29 02:30+01:00", datetime(2023, 10, 29, 1, 30, tzinfo=UTC)),
        ("2023-10-29T00:30:00Z", datetime(2023, 10, 29, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_day_alone_is_its_noon_and_an_offset_is_taken(text: str, found: datetime) -> None:
    assert read_instant(text, "Europe/Paris") == found


@pytest.mark.parametrize(
    ("work", "why"),
    [
        (lambda: read_instant("2023-10-29 02:30", "Europe/Paris"), "came twice"),
        (lambda: read_instant("2023-03-26 02:30", "Europe/Paris"), "never shown"),
        (lambda: read_instant("2024-02-30 10:00", "Europe/Paris"), "no such day"),
        (lambda: read_instant("1.3.2024", "Europe/Paris"), "no day and no time"),
        (lambda: read_day("2199-01-01"), "between 1900 and 2100"),
        (lambda: read_printed_expiry("2025-11-31"), "between 1900 and 2100"),
        (lambda: read_printed_expiry("2025-13"), "between 1900 and 2100"),
        (lambda: read_count("0", 10), "no whole number"),
        (lambda: read_count("11", 10), "no whole number"),
        (lambda: read_count("\u0661", 10), "no whole number"),
        (lambda: read_yes("perhaps"), "neither yes nor no"),
    ],
)
def test_a_cell_that_cannot_be_told_is_refused(work, why: str) -> None:
    with pytest.raises(BadCell, match=why):
        work()


def test_a_month_alone_is_its_last_day_and_yes_is_yes() -> None:
    assert read_printed_expiry("2024-02") == date(2024, 2, 29)
    assert [read_yes(text) for text in ("yes", "Y", "no", "")] == [True, True, False, False]
