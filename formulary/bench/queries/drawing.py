"""The floor of preparing: guarded SQL on five hand-written tables, in as many transactions as at the bench.

Each line is opened (a container leaves the shelf for a vial) and drawn (the vial gives its share), with a
row of a ledger for both. No rights, no checks, no states, no audit, no hashes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from formulary.bench.queries.bare import Bare

KEY = {"sqlite": "INTEGER PRIMARY KEY", "postgresql": "SERIAL PRIMARY KEY"}
TABLES = (
    """CREATE TABLE balance (id {key}, place INTEGER NOT NULL, product INTEGER NOT NULL,
        lot INTEGER NOT NULL, vial INTEGER NOT NULL, expires INTEGER NOT NULL,
        quantity BIGINT NOT NULL CHECK (quantity >= 0), UNIQUE (place, lot, vial))""",
    "CREATE INDEX ix_balance ON balance (product, place, expires, id)",
    """CREATE TABLE moved (id {key}, lot INTEGER NOT NULL, vial INTEGER NOT NULL, source INTEGER NOT NULL,
        target INTEGER NOT NULL, quantity BIGINT NOT NULL CHECK (quantity > 0), attempt INTEGER NOT NULL)""",
    "CREATE TABLE attempt (id {key}, patient INTEGER NOT NULL)",
    """CREATE TABLE step (id {key}, attempt INTEGER NOT NULL, balance INTEGER NOT NULL,
        lot INTEGER NOT NULL, vial INTEGER, quantity BIGINT NOT NULL)""",
    """CREATE TABLE draw (id {key}, attempt INTEGER NOT NULL, lot INTEGER NOT NULL, vial INTEGER NOT NULL,
        patient INTEGER NOT NULL, moved INTEGER NOT NULL, quantity BIGINT NOT NULL)""",
)
SHELF, IN_USE, PREPARATION = 1, 2, 3
CONTENT, DRAWN = 10_000_000, 700_000
STOCK = CONTENT * 1_000_000


@dataclass(frozen=True)
class Bench:
    """The products one cocktail is drawn from."""

    products: Sequence[int]


def make_bench(floor: Bare, products: int, lots: int) -> Bench:
    """The tables, with so many lots of so many products on the shelf."""
    for statement in TABLES:
        floor.run(statement.format(key=KEY[floor.name]))
    floor.fill(
        "INSERT INTO balance (place, product, lot, vial, expires, quantity) VALUES (?, ?, ?, 0, ?, ?)",
        [(SHELF, n % products, n, n, STOCK) for n in range(1, products * lots + 1)],
    )
    return Bench(range(products))


def prepare_and_draw(floor: Bare, bench: Bench) -> None:
    """Claim, then open and draw each line: two transactions a line, and one before them."""
    patient = 1
    with floor.act():
        attempt = floor.one("INSERT INTO attempt (patient) VALUES (?) RETURNING id", patient)
        steps = [_plan(floor, attempt, product) for product in bench.products]
    for step in steps:
        with floor.act():
            vial = _open(floor, attempt, step)
        with floor.act():
            _draw(floor, attempt, step, vial, patient)


def _plan(floor: Bare, attempt: int, product: int) -> tuple[int, int, int]:
    """The earliest expiry that holds a container, written down: (step, balance, lot)."""
    balance, lot = floor.all(
        "SELECT id, lot FROM balance WHERE product = ? AND place = ? AND quantity >= ? "
        "ORDER BY expires, id LIMIT 1",
        product,
        SHELF,
        CONTENT,
    )[0]
    step = floor.one(
        "INSERT INTO step (attempt, balance, lot, quantity) VALUES (?, ?, ?, ?) RETURNING id",
        attempt,
        balance,
        lot,
        DRAWN,
    )
    return step, balance, lot


def _open(floor: Bare, attempt: int, step: tuple[int, int, int]) -> int:
    number, balance, lot = step
    _take(floor, balance, CONTENT)
    vial: int = _move(floor, (lot, number), (SHELF, IN_USE), CONTENT, attempt)
    _put(floor, IN_USE, lot, number, CONTENT)
    floor.run("UPDATE step SET vial = ? WHERE id = ?", number, number)
    return vial and number


def _draw(floor: Bare, attempt: int, step: tuple[int, int, int], vial: int, patient: int) -> None:
    number, _, lot = step
    held = floor.one("SELECT id FROM balance WHERE place = ? AND lot = ? AND vial = ?", IN_USE, lot, vial)
    _take(floor, held, DRAWN)
    _put(floor, PREPARATION, lot, 0, DRAWN)
    moved = _move(floor, (lot, vial), (IN_USE, PREPARATION), DRAWN, attempt)
    floor.run(
        "INSERT INTO draw (attempt, lot, vial, patient, moved, quantity) VALUES (?, ?, ?, ?, ?, ?)",
        attempt,
        lot,
        vial,
        patient,
        moved,
        DRAWN,
    )
    floor.run("UPDATE step SET quantity = ? WHERE id = ?", DRAWN, number)


def _take(floor: Bare, balance: int, quantity: int) -> None:
    """The guarded update: where too little lies, no row is touched."""
    touched = floor.run(
        "UPDATE balance SET quantity = quantity - ? WHERE id = ? AND quantity >= ?",
        quantity,
        balance,
        quantity,
    )
    if touched != 1:
        raise RuntimeError("The floor has run out of stock")


def _put(floor: Bare, place: int, lot: int, vial: int, quantity: int) -> None:
    floor.run(
        "INSERT INTO balance (place, product, lot, vial, expires, quantity) VALUES (?, -1, ?, ?, 0, ?) "
        "ON CONFLICT (place, lot, vial) DO UPDATE SET quantity = balance.quantity + excluded.quantity",
        place,
        lot,
        vial,
        quantity,
    )


def _move(floor: Bare, what: tuple[int, int], way: tuple[int, int], quantity: int, attempt: int) -> int:
    number: int = floor.one(
        "INSERT INTO moved (lot, vial, source, target, quantity, attempt) VALUES (?, ?, ?, ?, ?, ?) "
        "RETURNING id",
        *what,
        *way,
        quantity,
        attempt,
    )
    return number
