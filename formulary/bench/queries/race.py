"""The floor of a race: the earliest lot that holds enough, a guarded update, a row of a ledger."""

from formulary.bench.queries.bare import Bare
from formulary.bench.queries.drawing import KEY

TABLES = (
    """CREATE TABLE lying (id {key}, lot INTEGER NOT NULL, expires INTEGER NOT NULL,
        quantity BIGINT NOT NULL CHECK (quantity >= 0))""",
    "CREATE INDEX ix_lying ON lying (expires, id)",
    "CREATE TABLE sold (id {key}, lot INTEGER NOT NULL, quantity BIGINT NOT NULL CHECK (quantity > 0))",
)
NEXT = "SELECT id, lot FROM lying WHERE quantity >= ? ORDER BY expires, id LIMIT 1"
TAKE = "UPDATE lying SET quantity = quantity - ? WHERE id = ? AND quantity >= ?"


def make_shelf(floor: Bare, lots: int, content: int) -> None:
    """So many lots of one product, each with as much in it."""
    for statement in TABLES:
        floor.run(statement.format(key=KEY[floor.name]))
    rows = [(number, number, content) for number in range(1, lots + 1)]
    floor.fill("INSERT INTO lying (lot, expires, quantity) VALUES (?, ?, ?)", rows)


def take_next(floor: Bare, quantity: int) -> bool:
    """One transaction: look, take, write down; who comes second looks again. Whether there was enough."""
    with floor.act():
        while found := floor.all(NEXT, quantity):
            [(key, lot)] = found
            if floor.run(TAKE, quantity, key, quantity) == 1:
                floor.run("INSERT INTO sold (lot, quantity) VALUES (?, ?)", lot, quantity)
                return True
    return False


def taken_in_all(floor: Bare) -> tuple[int, int]:
    """What was sold, and what is left."""
    sold = floor.one("SELECT coalesce(sum(quantity), 0) FROM sold")
    return int(sold), int(floor.one("SELECT coalesce(sum(quantity), 0) FROM lying"))
