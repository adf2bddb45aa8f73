"""The floor of a recall: one table with the one index that answers it, in as many rows as ours."""

from collections.abc import Iterable
from typing import Any

from formulary.bench.queries.bare import Bare, Row

INSTANT = {"sqlite": "TEXT", "postgresql": "TIMESTAMPTZ"}
TABLE = """CREATE TABLE given (id INTEGER PRIMARY KEY, lot_id INTEGER NOT NULL, at {instant} NOT NULL,
    patient_id INTEGER NOT NULL, cocktail_id INTEGER NOT NULL, quantity BIGINT NOT NULL,
    grade VARCHAR(20) NOT NULL, via VARCHAR(10) NOT NULL)"""
INDEX = """CREATE INDEX ix_given ON given
    (lot_id, at DESC, id DESC, patient_id, cocktail_id, quantity, grade, via)"""
COLUMNS = 8
PAGE = """SELECT id, lot_id, at, patient_id, cocktail_id, quantity, grade, via FROM given
    WHERE lot_id = ? AND quantity > 0 ORDER BY at DESC, id DESC LIMIT ?"""


def make_given(floor: Bare, rows: Iterable[Row]) -> None:
    """The table, filled with these rows."""
    floor.run(TABLE.format(instant=INSTANT[floor.name]))
    floor.pour("given", COLUMNS, rows)
    floor.run(INDEX)


def page_of(floor: Bare, lot_id: int, size: int) -> list[Any]:
    """Who received the lot, the newest first."""
    return floor.all(PAGE, lot_id, size)
