"""The floors of drawing write as many rows as we do: else they would be no floors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from formulary import clock
from formulary.audit.models import AuditEntry
from formulary.bench.measures import race
from formulary.bench.measures.race import DRAWN, draw_one
from formulary.bench.queries import Bare, bare, make_bench, make_shelf, order, prepare_and_draw, take_next
from formulary.bench.queries.drawing import Bench
from formulary.cocktails.models import Transition
from formulary.db import db, transaction
from formulary.preparations import actions
from formulary.preparations.models import Attempt, Draw
from formulary.stock.models import Movement, Reservation, Vial
from tests.preparations.conftest import road
from tests.preparations.doing import do_step, technician
from tests.stock.doing import opened, somebody
from tests.support.builders import a_lot, a_product
from tests.support.stages import Road

__all__ = ["road"]
OURS = {
    "attempt": Attempt,
    "transition": Transition,
    "vial": Vial,
    "moved": Movement,
    "draw": Draw,
    "entry": AuditEntry,
    "sold": Movement,
    "kept": Reservation,
}
# The floor's own rows are the same on both.
pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Bare]:
    with bare(f"sqlite:///{tmp_path / 'floor'}.db") as found:
        yield found


def ours(*tables: str) -> dict[str, int]:
    db.session.expire_all()
    return {name: db.session.scalar(db.select(db.func.count(OURS[name].id))) or 0 for name in tables}


def theirs(floor: Bare, *tables: str) -> dict[str, int]:
    return {
        name: floor.one(f"SELECT count(*) FROM {name}")  # noqa: S608 - names of the floor's own tables
        for name in tables
    }


def grown(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {name: after[name] - before[name] for name in before}


def test_preparing_a_line(floor: Bare, road: Road) -> None:
    tables = ("attempt", "transition", "vial", "moved", "draw", "entry")
    cocktail, before = road.verified(), ours(*tables)
    with transaction():
        attempt = actions.claim(cocktail.id, at=clock.now(), by=technician())
    do_step(attempt, 1)
    make_bench(floor, 1, 2)
    bench = Bench(range(1))
    ordered, bare_before = order(floor, bench, 1), theirs(floor, *tables)
    prepare_and_draw(floor, bench, ordered)
    assert grown(bare_before, theirs(floor, *tables)) == grown(before, ours(*tables))


def test_a_line_of_which_a_vial_stands_open(floor: Bare) -> None:
    make_bench(floor, 2, 2)
    ordered, tables = order(floor, Bench(range(2)), 1), ("vial", "moved", "draw", "entry", "step")
    before = theirs(floor, *tables)
    prepare_and_draw(floor, Bench(range(2)), ordered)
    wrote = grown(before, theirs(floor, *tables))
    assert wrote == {"vial": 1, "moved": 3, "draw": 2, "entry": 6, "step": 2}


@pytest.mark.usefixtures("cast")
def test_a_draw_of_the_race(floor: Bare) -> None:
    product = a_product(content="0.8 mL", after_puncture_h=24)
    opened(a_lot(product, containers=1))
    tables = ("sold", "kept", "entry")
    before = ours(*tables)
    assert list(draw_one("race:1", product.id, somebody())) == ["done"]
    make_shelf(floor, 1, 8 * DRAWN)
    assert take_next(floor, DRAWN)
    assert theirs(floor, *tables) == grown(before, ours(*tables)) == dict.fromkeys(tables, 1)
    assert race.taken_in_all(floor) == (DRAWN, 7 * DRAWN)
