"""The floor of preparing: guarded SQL on hand-written tables, the same rows in the same transactions.

Each line is taken in hand (where no vial stands open for it, a container leaves the shelf for one with a code
of its own) and drawn (the vial gives its share). It writes every row that preparing must leave behind, each
once: the step of the cocktail, the attempt and its worksheet, vials, balances, ledger, what was kept for it,
draws, and the audit trail. It looks for what lies there and guards it, and asks nothing else: no rights, no
checks, no facts, no hashes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from formulary.bench.queries import trail
from formulary.bench.queries.bare import Bare

KEY = {"sqlite": "INTEGER PRIMARY KEY", "postgresql": "SERIAL PRIMARY KEY"}
TABLES = (
    """CREATE TABLE balance (id {key}, place INTEGER NOT NULL, product INTEGER NOT NULL,
        lot INTEGER NOT NULL, vial INTEGER NOT NULL, expires INTEGER NOT NULL,
        quantity BIGINT NOT NULL CHECK (quantity >= 0), UNIQUE (place, lot, vial))""",
    "CREATE INDEX ix_balance ON balance (product, place, expires, id)",
    """CREATE TABLE moved (id {key}, lot INTEGER NOT NULL, vial INTEGER NOT NULL, source INTEGER NOT NULL,
        target INTEGER NOT NULL, quantity BIGINT NOT NULL CHECK (quantity > 0), attempt INTEGER NOT NULL)""",
    "CREATE TABLE cocktail (id {key}, patient INTEGER NOT NULL, state VARCHAR(20) NOT NULL)",
    "CREATE TABLE transition (id {key}, cocktail INTEGER NOT NULL, state VARCHAR(20) NOT NULL)",
    "CREATE TABLE attempt (id {key}, cocktail INTEGER NOT NULL, patient INTEGER NOT NULL)",
    "CREATE TABLE vial (id {key}, code VARCHAR(20) NOT NULL UNIQUE, lot INTEGER NOT NULL, until INTEGER)",
    "CREATE TABLE counter (kind VARCHAR(8) PRIMARY KEY, value INTEGER NOT NULL)",
    """CREATE TABLE kept (id {key}, cocktail INTEGER NOT NULL, lot INTEGER NOT NULL, vial INTEGER,
        quantity BIGINT NOT NULL, ended INTEGER)""",
    "CREATE INDEX ix_kept ON kept (cocktail, lot)",
    """CREATE TABLE step (id {key}, attempt INTEGER NOT NULL, balance INTEGER NOT NULL,
        lot INTEGER NOT NULL, vial INTEGER, quantity BIGINT NOT NULL)""",
    """CREATE TABLE draw (id {key}, attempt INTEGER NOT NULL, lot INTEGER NOT NULL, vial INTEGER NOT NULL,
        patient INTEGER NOT NULL, moved INTEGER NOT NULL, quantity BIGINT NOT NULL)""",
    "CREATE INDEX ix_moved ON moved (lot, id)",
    "CREATE INDEX ix_draw ON draw (lot, attempt)",
    "INSERT INTO counter (kind, value) VALUES ('V', 0)",
    *trail.TABLES,
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


@dataclass(frozen=True)
class Order:
    """A cocktail that was prescribed, with what was kept for it: sealed containers, then these vials."""

    cocktail: int
    patient: int
    vials: Sequence[int]


def order(floor: Bare, bench: Bench, opened: int) -> Order:
    """Prescribe: what is there before anybody prepares, so many of its lines without an open vial."""
    with floor.act():
        cocktail = floor.one("INSERT INTO cocktail (patient, state) VALUES (1, 'verified') RETURNING id")
        found = [_next(floor, product) for product in bench.products]
        for _, lot in found[:opened]:
            _keep(floor, cocktail, lot, None, CONTENT)
        return Order(cocktail, 1, [_stands_open(floor, cocktail, *one) for one in found[opened:]])


def _stands_open(floor: Bare, cocktail: int, balance: int, lot: int) -> int:
    vial = _opened(floor, balance, lot, 0)
    _keep(floor, cocktail, lot, vial, DRAWN)
    return vial


def prepare_and_draw(floor: Bare, bench: Bench, wanted: Order) -> None:
    """Claim, then take each line in hand and draw it: two transactions a line, and one before them."""
    with floor.act():
        steps = _claim(floor, bench, wanted)
        trail.write_down(floor, "claim")
    for step in steps:
        with floor.act():
            vial = step.vial or _open(floor, step)
            floor.run("UPDATE step SET vial = ? WHERE id = ?", vial, step.number)
            trail.write_down(floor, *(("scan",) if step.vial else ("open", "scan")))
        with floor.act():
            _draw(floor, step, vial)
            trail.write_down(floor, "draw")


@dataclass(frozen=True)
class Step:
    """One line of a worksheet: what it draws from, for whom; the vial where one stands open."""

    number: int
    attempt: int
    balance: int
    lot: int
    of: Order
    vial: int | None


def _claim(floor: Bare, bench: Bench, wanted: Order) -> list[Step]:
    floor.run("UPDATE cocktail SET state = 'in_preparation' WHERE id = ?", wanted.cocktail)
    floor.run("INSERT INTO transition (cocktail, state) VALUES (?, 'in_preparation')", wanted.cocktail)
    attempt = floor.one(
        "INSERT INTO attempt (cocktail, patient) VALUES (?, ?) RETURNING id", wanted.cocktail, wanted.patient
    )
    sealed = [None] * (len(bench.products) - len(wanted.vials))
    lines = zip(bench.products, (*sealed, *wanted.vials), strict=True)
    return [_plan(floor, attempt, product, wanted, vial) for product, vial in lines]


def _plan(floor: Bare, attempt: int, product: int, wanted: Order, vial: int | None) -> Step:
    """The vial that stands open, else the earliest expiry that holds a container, written down."""
    balance, lot = _next(floor, product) if vial is None else _lies(floor, vial)
    number = floor.one(
        "INSERT INTO step (attempt, balance, lot, quantity) VALUES (?, ?, ?, ?) RETURNING id",
        attempt,
        balance,
        lot,
        DRAWN,
    )
    return Step(number, attempt, balance, lot, wanted, vial)


def _lies(floor: Bare, vial: int) -> tuple[int, int]:
    [(balance, lot)] = floor.all("SELECT id, lot FROM balance WHERE vial = ? AND place = ?", vial, IN_USE)
    return balance, lot


def _next(floor: Bare, product: int) -> tuple[int, int]:
    balance, lot = floor.all(
        "SELECT id, lot FROM balance WHERE product = ? AND place = ? AND quantity >= ? "
        "ORDER BY expires, id LIMIT 1",
        product,
        SHELF,
        CONTENT,
    )[0]
    return balance, lot


def _open(floor: Bare, step: Step) -> int:
    """A container becomes a vial with a code; what was kept of the lot is kept of the vial."""
    vial = _opened(floor, step.balance, step.lot, step.attempt)
    _end(floor, step)
    _keep(floor, step.of.cocktail, step.lot, vial, DRAWN)
    return vial


def _opened(floor: Bare, balance: int, lot: int, attempt: int) -> int:
    code = floor.one("UPDATE counter SET value = value + 1 WHERE kind = 'V' RETURNING value")
    new = "INSERT INTO vial (code, lot, until) VALUES (?, ?, 1) RETURNING id"
    vial: int = floor.one(new, f"V-{code:06d}", lot)
    _take(floor, balance, CONTENT)
    _put(floor, IN_USE, lot, vial, CONTENT)
    _move(floor, (lot, vial), (SHELF, IN_USE), CONTENT, attempt)
    return vial


def _draw(floor: Bare, step: Step, vial: int) -> None:
    lot = step.lot
    held = floor.one("SELECT id FROM balance WHERE place = ? AND lot = ? AND vial = ?", IN_USE, lot, vial)
    _take(floor, held, DRAWN)
    _put(floor, PREPARATION, lot, 0, DRAWN)
    moved = _move(floor, (lot, vial), (IN_USE, PREPARATION), DRAWN, step.attempt)
    _end(floor, step)
    floor.run(
        "INSERT INTO draw (attempt, lot, vial, patient, moved, quantity) VALUES (?, ?, ?, ?, ?, ?)",
        step.attempt,
        lot,
        vial,
        step.of.patient,
        moved,
        DRAWN,
    )
    floor.run("UPDATE step SET quantity = ? WHERE id = ?", DRAWN, step.number)


def _keep(floor: Bare, cocktail: int, lot: int, vial: int | None, quantity: int) -> None:
    new = "INSERT INTO kept (cocktail, lot, vial, quantity) VALUES (?, ?, ?, ?)"
    floor.run(new, cocktail, lot, vial, quantity)


def _end(floor: Bare, step: Step) -> None:
    ended = "UPDATE kept SET ended = 1 WHERE cocktail = ? AND lot = ? AND ended IS NULL"
    floor.run(ended, step.of.cocktail, step.lot)


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
