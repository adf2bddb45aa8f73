"""The floor of a race: the earliest lot that holds enough, a guarded update, and the rows that tell of it.

It writes what every draw must leave behind, each once: what was kept and used up, both balances, the ledger
and the audit trail. No rights, no checks, no hashes.
"""

from formulary.bench.queries import trail
from formulary.bench.queries.bare import Bare
from formulary.bench.queries.drawing import KEY

TABLES = (
    """CREATE TABLE lying (id {key}, lot INTEGER NOT NULL, expires INTEGER NOT NULL,
        quantity BIGINT NOT NULL CHECK (quantity >= 0))""",
    "CREATE INDEX ix_lying ON lying (expires, id)",
    "CREATE TABLE sold (id {key}, lot INTEGER NOT NULL, quantity BIGINT NOT NULL CHECK (quantity > 0))",
    "CREATE INDEX ix_sold ON sold (lot, id)",
    "CREATE TABLE reached (lot INTEGER PRIMARY KEY, quantity BIGINT NOT NULL)",
    "CREATE TABLE kept (id {key}, lot INTEGER NOT NULL, quantity BIGINT NOT NULL, ended INTEGER)",
    "CREATE INDEX ix_kept ON kept (lot, ended)",
    *trail.TABLES,
)
NEXT = "SELECT id, lot FROM lying WHERE quantity >= ? ORDER BY expires, id LIMIT 1"
TAKE = "UPDATE lying SET quantity = quantity - ? WHERE id = ? AND quantity >= ?"


def make_shelf(floor: Bare, lots: int, content: int) -> None:
    """So many lots of one product, each with as much in it."""
    for statement in TABLES:
        floor.run(statement.format(key=KEY[floor.name]))
    rows = [(number, number, content) for number in range(1, lots + 1)]
    floor.fill("INSERT INTO lying (lot, expires, quantity) VALUES (?, ?, ?)", rows)
    floor.fill("INSERT INTO reached (lot, quantity) VALUES (?, ?)", [(n, 0) for n, *_ in rows])


def take_next(floor: Bare, quantity: int) -> bool:
    """One transaction: look, take, write down; who comes second looks again. Whether there was enough."""
    with floor.act():
        while found := floor.all(NEXT, quantity):
            [(key, lot)] = found
            if floor.run(TAKE, quantity, key, quantity) == 1:
                _write_down(floor, lot, quantity)
                return True
    return False


def _write_down(floor: Bare, lot: int, quantity: int) -> None:
    kept = floor.one("INSERT INTO kept (lot, quantity) VALUES (?, ?) RETURNING id", lot, quantity)
    floor.run("UPDATE reached SET quantity = quantity + ? WHERE lot = ?", quantity, lot)
    floor.run("INSERT INTO sold (lot, quantity) VALUES (?, ?)", lot, quantity)
    floor.run("UPDATE kept SET ended = 1 WHERE id = ?", kept)
    trail.write_down(floor, "draw")


def taken_in_all(floor: Bare) -> tuple[int, int]:
    """What was sold, and what is left."""
    sold = floor.one("SELECT coalesce(sum(quantity), 0) FROM sold")
    return int(sold), int(floor.one("SELECT coalesce(sum(quantity), 0) FROM lying"))
