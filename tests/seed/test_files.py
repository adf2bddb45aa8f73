"""Reading a file: typed rows, or every fault by file, row and column, and then no row at all."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated

import pytest

from formulary.rules.findings import Refused
from formulary.seed import cells
from formulary.seed.cells import UNKNOWN, Figure, Several, Text, YesNo, known
from formulary.seed.files import read, read_toml


@dataclass(frozen=True)
class ThingRow:
    name: Text
    amount: Figure
    unit: Annotated[str, cells.unit]
    unii: Annotated[str, cells.unii]
    cas: Annotated[str, cells.cas]
    mixed: YesNo
    routes: Several


GOOD = "name,amount,unit,unii,cas,mixed,routes\n"
ROW = "glutathione,600,mg,GAN16C9B8O,70-18-8,no,IM;IV\n"


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "things.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def refused(path):
    with pytest.raises(Refused) as refusal:
        read(path, ThingRow)
    return refusal.value.findings


def test_a_row_is_read_into_its_types(file):
    (row,) = read(file(GOOD + ROW), ThingRow)
    assert row == ThingRow("glutathione", Decimal("600"), "mg", "GAN16C9B8O", "70-18-8", False, ("IM", "IV"))


def test_unknown_stays_unknown_and_empty_says_nothing(file):
    first, second = read(file(GOOD + ROW.replace("600", "unknown") + ROW.replace("600", "")), ThingRow)
    assert first.amount is UNKNOWN
    assert second.amount is None
    assert (known(first.amount), known(second.amount)) == (None, None)


def test_columns_may_come_in_another_order(file):
    (row,) = read(file("routes,name,amount,unit,unii,cas,mixed\n,a,1,mL,GAN16C9B8O,70-18-8,yes\n"), ThingRow)
    assert (row.name, row.amount, row.mixed, row.routes) == ("a", Decimal(1), True, ())


@pytest.mark.parametrize(
    ("typed", "instead", "column"),
    [
        ("600", "600,5", "row"),
        ("600", '"600,5"', "amount"),
        ("600", "6e2", "amount"),
        ("600", "-1", "amount"),
        ("600", "٦", "amount"),
        ("mg", "MG", "unit"),
        ("mg", "µg", "unit"),
        ("GAN16C9B8O", "GAN16C9B8P", "unii"),
        ("70-18-8", "70-18-7", "cas"),
        ("70-18-8", "18/8/70", "cas"),
        (",no,", ",perhaps,", "mixed"),
        ("glutathione", "", "name"),
    ],
)
def test_a_fault_names_file_row_column_what_came_and_what_would_do(file, typed, instead, column):
    (finding,) = refused(file(GOOD + ROW + ROW.replace(typed, instead)))
    assert finding.subject.startswith("things.csv, row 3")
    if column != "row":
        assert finding.subject == f"things.csv, row 3, column {column}"
        assert f"“{instead.strip(',').strip(chr(34))}”" in finding.reason
    assert finding.remedy


def test_every_fault_is_told_at_once(file):
    findings = refused(file(GOOD + ROW.replace("mg", "cc") + ROW.replace("70-18-8", "1/8/70")))
    assert [f.subject for f in findings] == [
        "things.csv, row 2, column unit",
        "things.csv, row 3, column cas",
    ]


def test_a_column_that_is_missing_or_that_nobody_reads_is_refused(file):
    findings = refused(file("name,amount,unit,unii,cas,mixed,colour\n"))
    assert [f.code for f in findings] == ["seed.column_missing", "seed.column_unknown"]


def test_an_empty_file_is_refused(file):
    (finding,) = refused(file(""))
    assert finding.code == "seed.empty"


def test_dates_are_iso_or_days_from_the_day_of_seeding():
    assert cells.date_or_days("2029-06-30") == date(2029, 6, 30)
    assert cells.date_or_days("+20") == timedelta(days=20)
    assert cells.date_or_days("-5") == timedelta(days=-5)
    with pytest.raises(cells.BadCell):
        cells.date_or_days("30/06/2029")


def test_a_float_in_a_toml_file_is_refused(tmp_path):
    path = tmp_path / "policies.toml"
    path.write_text("dose = 0.05\n", encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        read_toml(path)
    assert refusal.value.findings[0].subject == "policies.toml"
