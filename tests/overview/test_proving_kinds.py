"""The proof of what stands in tables that are not hashed: what is of another kind is named by its column."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, Float, Integer, LargeBinary, Table

from formulary.cli.verify import all_faults
from formulary.db import db, streaming
from formulary.db.misfits import misfits
from formulary.overview.queries import proving
from formulary.stock.models import Balance, Lot, Place
from tests.administrations.doing import close, points
from tests.support.behind import behind_its_back
from tests.support.stages import Road

ON_SQLITE = pytest.mark.databases("sqlite")
"""PostgreSQL's columns take nothing but what they are made for."""
ON_POSTGRESQL = pytest.mark.databases("postgresql")
"""SQLite's dates and instants are texts."""


@pytest.fixture
def given(road: Road) -> None:
    """A clinic whose every room has rows: a session was given and closed."""
    begun = road.started()
    points(begun, 80)
    close(begun, "1")


def found() -> list[tuple[str, str]]:
    return [(fault.row, fault.what) for fault in proving.kind_faults()]


def altered(table: str, change: str, key: int) -> None:
    behind_its_back(f'UPDATE "{table}" SET {change} WHERE id = {key}')  # noqa: S608 - a test's own words


def newest(model: type[Balance | Lot | Place]) -> int:
    """The key of the last row."""
    return db.session.scalars(db.select(db.func.max(model.id))).one()


@pytest.mark.usefixtures("given")
def test_a_clinic_in_which_all_is_of_its_kind_is_in_order() -> None:
    assert found() == []
    assert list(all_faults()) == []


IN_A_PLACE = {
    "bytes for a text": ("name = CAST(name AS BLOB)", "name", "text"),
    "a NUL in a text": ("name = name || char(0) || ' forged'", "name", "text"),
    "a NUL in a text that is not ASCII": ("name = 'Größe' || char(0)", "name", "text"),
    "nothing where something must stand": ("name = x''", "name", "text"),
    "a word for a key": ("site_id = 'x'", "site_id", "whole number"),
    "bytes for a key": ("site_id = CAST(site_id AS BLOB)", "site_id", "whole number"),
}
IN_A_BALANCE = {
    "a word for a quantity": ("quantity = 'much'", "quantity", "whole number"),
    "a fraction": ("quantity = 7.5", "quantity", "whole number"),
    "no number at all": ("quantity = 9e999", "quantity", "whole number"),
    "an empty text for what is absent": ("vial_id = ''", "vial_id", "whole number"),
}
IN_A_LOT = {
    "a word for a date": ("expires_on = 'tomorrow'", "expires_on", "date"),
    "a date with more behind it": ("expires_on = expires_on || ' '", "expires_on", "date"),
    "a date behind a NUL": ("expires_on = expires_on || char(0) || 'x'", "expires_on", "date"),
    "a month that is none": ("expires_on = '2026-21-01'", "expires_on", "date"),
    "a thirteenth month": ("expires_on = '2026-13-01'", "expires_on", "date"),
    "31 February": ("expires_on = '2026-02-31'", "expires_on", "date"),
    "29 February of a common year": ("expires_on = '2027-02-29'", "expires_on", "date"),
    "day 00": ("expires_on = '2026-05-00'", "expires_on", "date"),
    "a year before all": ("expires_on = '0000-05-01'", "expires_on", "date"),
    "a number for a date": ("expires_on = CAST('2026' AS BLOB)", "expires_on", "date"),
}
CASES = [
    *((Place, *case) for case in IN_A_PLACE.values()),
    *((Balance, *case) for case in IN_A_BALANCE.values()),
    *((Lot, *case) for case in IN_A_LOT.values()),
]


@ON_SQLITE
@pytest.mark.usefixtures("given")
@pytest.mark.parametrize(
    ("model", "change", "column", "kind"), CASES, ids=[*IN_A_PLACE, *IN_A_BALANCE, *IN_A_LOT]
)
def test_a_value_of_another_kind_is_named_with_its_table_row_and_column(
    model: type[Balance | Lot | Place], change: str, column: str, kind: str
) -> None:
    key = newest(model)
    altered(model.__tablename__, change, key)
    assert found() == [(f"{model.__tablename__} {key}", f"holds in {column} what is no {kind}")]


@ON_SQLITE
@pytest.mark.usefixtures("given")
@pytest.mark.parametrize("name", ["Größe µ", "Kühlschrank \u200d", "", "7", "2026-11-24"])
def test_any_text_in_a_text_is_of_its_kind(name: str) -> None:
    altered("place", f"name = '{name}'", newest(Place))
    assert found() == []


@ON_SQLITE
@pytest.mark.usefixtures("given")
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2028-02-29", "2026-12-31"])
def test_the_first_and_the_last_of_days_are_of_their_kind(day: str) -> None:
    altered("lot", f"expires_on = '{day}'", newest(Lot))
    altered("draw", f"drawn_at = '{day} 23:59:59.999999'", 1)
    assert found() == []


@ON_SQLITE
@pytest.mark.usefixtures("given")
@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ("undone = 2", "undone what is no yes or no"),
        ("undone = 'f'", "undone what is no yes or no"),
        ("drawn_at = 'yesterday'", "drawn_at what is no instant"),
        ("drawn_at = replace(drawn_at, ' ', 'T')", "drawn_at what is no instant"),
        ("drawn_at = substr(drawn_at, 1, 19)", "drawn_at what is no instant"),
        ("drawn_at = drawn_at || char(0)", "drawn_at what is no instant"),
        ("drawn_at = '2026-11-23 24:00:00.000000'", "drawn_at what is no instant"),
        ("drawn_at = '2026-02-31 12:00:00.000000'", "drawn_at what is no instant"),
    ],
)
def test_of_a_draw_each_column_is_named(change: str, kind: str) -> None:
    altered("draw", change, 1)
    assert found() == [("draw 1", f"holds in {kind}")]


@ON_SQLITE
@pytest.mark.usefixtures("given")
def test_in_every_table_with_rows_every_column_is_looked_at() -> None:
    expected = set()
    for table in filled():
        columns = [column for column in table.columns if not column.primary_key]
        key = db.session.scalar(db.select(db.func.max(table.c.id)))
        altered(table.name, ", ".join(f'"{column.name}" = {odd(column)}' for column in columns), key)
        expected |= {(table.name, key, column.name) for column in columns}
    assert {what[:3] for what in misfits(besides=proving.HASHED)} == expected
    assert len({table for table, _, _ in expected}) > 60


def filled() -> list[Table]:
    """The tables that have rows and are not hashed."""
    hashed = {model.__tablename__ for model in proving.HASHED}
    tables = [table for table in db.metadata.sorted_tables if table.name not in hashed]
    return [table for table in tables if db.session.scalar(db.select(db.func.count()).select_from(table))]


def odd(column: Column[object]) -> str:
    """What no column of the kind is made for."""
    return "'x'" if isinstance(column.type, LargeBinary) else "x'01'"


@ON_SQLITE
@pytest.mark.usefixtures("given")
@pytest.mark.parametrize("at_once", [1, 2_000])
def test_of_many_rows_each_is_named_in_order(monkeypatch: pytest.MonkeyPatch, at_once: int) -> None:
    monkeypatch.setattr(streaming, "AT_ONCE", at_once)
    behind_its_back("UPDATE place SET name = CAST(name AS BLOB), is_active = 7 WHERE id < 4")
    named = [f"holds in {column}" for column in ("name", "is_active")]
    assert [(row, what.partition(" what")[0]) for row, what in found()] == [
        (f"place {key}", what) for key in (1, 2, 3) for what in named
    ]


@ON_SQLITE
@pytest.mark.usefixtures("given")
def test_the_whole_proof_tells_of_it_and_goes_on() -> None:
    altered("person", "name = CAST(name AS BLOB)", 1)
    behind_its_back("UPDATE draw SET quantity = quantity + 1 WHERE id = 1")
    named = [(fault.row, fault.what) for fault in all_faults()]
    assert named[0] == ("person 1", "holds in name what is no text")
    assert ("draw 1", "is not what its movement says") in named


@ON_POSTGRESQL
@pytest.mark.usefixtures("given")
@pytest.mark.parametrize("never", ["infinity", "-infinity", "0044-03-15 12:00:00+00 BC"])
def test_an_instant_or_a_date_that_is_none_of_ours_is_named(never: str) -> None:
    lot = newest(Lot)
    altered("draw", f"drawn_at = '{never}'", 1)
    altered("lot", f"expires_on = '{never}'", lot)
    assert sorted(found()) == [
        ("draw 1", "holds in drawn_at what is no instant"),
        (f"lot {lot}", "holds in expires_on what is no date"),
    ]


def test_a_kind_of_which_nobody_could_tell_is_a_fault_of_ours(app: object) -> None:
    table = Table("of_kinds", db.metadata, Column("id", Integer, primary_key=True), Column("told", Float))
    try:
        with pytest.raises(TypeError, match=r"Nobody knows what of_kinds\.told may hold"):
            list(misfits())
    finally:
        db.metadata.remove(table)
