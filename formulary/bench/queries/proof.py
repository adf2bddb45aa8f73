"""The floor of a proof: what every place gained of every lot, summed by the database."""

from collections.abc import Iterable
from typing import Any

from formulary.bench.queries.bare import Bare, Row

TABLE = """CREATE TABLE ledger (id INTEGER PRIMARY KEY, lot_id INTEGER NOT NULL, source INTEGER NOT NULL,
    target INTEGER NOT NULL, quantity BIGINT NOT NULL)"""
INDEX = "CREATE INDEX ix_moved ON ledger (lot_id, source, target, quantity)"
FILL = "INSERT INTO ledger VALUES (?, ?, ?, ?, ?)"
SUMS = "SELECT lot_id, source, target, SUM(quantity) FROM ledger GROUP BY lot_id, source, target"


def make_ledger(floor: Bare, rows: Iterable[Row]) -> None:
    """The table, filled with these rows."""
    floor.run(TABLE)
    floor.fill(FILL, rows)
    floor.run(INDEX)


def sums(floor: Bare) -> list[Any]:
    """What moved of each lot between each two places."""
    return floor.all(SUMS)
