"""Lists that people bring in: CSV and XLSX row by row, their columns found by name, and what a cell says."""

from formulary.web.tables.cells import (
    BadCell,
    Number,
    is_eaten,
    read_count,
    read_day,
    read_instant,
    read_printed_expiry,
    read_yes,
)
from formulary.web.tables.columns import Column, Heading, heading
from formulary.web.tables.reading import Row, Table, open_table

__all__ = [
    "BadCell",
    "Column",
    "Heading",
    "Number",
    "Row",
    "Table",
    "heading",
    "is_eaten",
    "open_table",
    "read_count",
    "read_day",
    "read_instant",
    "read_printed_expiry",
    "read_yes",
]
