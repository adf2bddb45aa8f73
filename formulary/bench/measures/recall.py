"""Who received a lot: the app's query against bare SQL on one table with the right index, same rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from formulary import clock
from formulary.administrations.models import GivenLot
from formulary.bench.clinic import Clinic
from formulary.bench.queries import Bare, make_given, page_of, statements_of
from formulary.bench.timing import Effort, Pair, Work, compare
from formulary.db import db
from formulary.db.streaming import AT_ONCE
from formulary.recalls import queries
from formulary.stock.models import Lot


@dataclass(frozen=True)
class Target:
    """A lot that so many rows of an answer are about."""

    lot_id: int
    number: str
    rows: int


def targets(sizes: Sequence[int]) -> list[Target]:
    """A lot for each size of answer: the one whose rows come nearest to it."""
    rows = db.func.count()
    counted = db.select(GivenLot.lot_id, Lot.number, rows).join(Lot, Lot.id == GivenLot.lot_id)
    counted = counted.where(GivenLot.given > 0).group_by(GivenLot.lot_id, Lot.number)
    nearest = (counted.order_by(db.func.abs(rows - size), GivenLot.lot_id).limit(1) for size in sizes)
    return [Target(*db.session.execute(query).one()) for query in nearest]


def fill_floor(floor: Bare) -> None:
    """As many rows as ours, the same values; any number of them."""
    names = ("id", "lot_id", "at", "patient_id", "cocktail_id", "given", "grade", "via")
    query = db.select(*(getattr(GivenLot, name) for name in names))
    rows = db.session.execute(query, execution_options={"yield_per": AT_ONCE})
    make_given(floor, ([_plain(value, floor) for value in row] for row in rows))


def measure(target: Target, floor: Bare, effort: Effort) -> Pair:
    """The query of the app and the bare one, for the whole answer."""
    lot_ids = [target.lot_id]
    _same(target, [row.id for row in received(lot_ids, target.rows)], floor)
    return _compared(lambda: received(lot_ids, target.rows), target, floor, effort)


def measure_statement(target: Target, floor: Bare, effort: Effort) -> Pair:
    """The SELECT that the app sends, by the driver alone, and the bare one."""
    with statements_of() as sent:
        received([target.lot_id], target.rows)
    statement, values = sent[0]
    driver: Any = db.session.connection().connection.driver_connection

    def ours() -> list[Any]:
        rows: list[Any] = driver.execute(statement, values).fetchall()
        return rows

    _same(target, [row[0] for row in ours()], floor)
    return _compared(ours, target, floor, effort)


def _compared(ours: Work, target: Target, floor: Bare, effort: Effort) -> Pair:
    """Both inside a transaction that is open already: neither pays for beginning one."""
    with floor.act():
        return compare(ours, lambda: page_of(floor, target.lot_id, target.rows), effort)


def _same(target: Target, ours: list[int], floor: Bare) -> None:
    """The two answers must be one, or the ratio says nothing."""
    if ours != [row[0] for row in page_of(floor, target.lot_id, target.rows)]:
        raise RuntimeError(f"Lot {target.number} is answered differently by its floor")


def received(lot_ids: Sequence[int], size: int) -> list[Any]:
    """The recall query of the app."""
    return list(queries.received(lot_ids, size=size))


def whole_answer(clinic: Clinic, target: Target) -> Any:
    """Everything that the recall page asks: ten buckets, balances, patients."""
    return queries.look_up(target.number, at=clock.now(), by=clinic.actor("recall"))


def _plain(value: Any, floor: Bare) -> Any:
    return (
        value.strftime("%Y-%m-%d %H:%M:%S.%f")
        if hasattr(value, "strftime") and floor.name == "sqlite"
        else value
    )
