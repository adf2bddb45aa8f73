"""The bench of recalls on very small ledgers: what it is measured in is proved, and every line is there."""

from collections import Counter

import pytest
from flask import Flask

from formulary import clock
from formulary.administrations.models import GivenLot
from formulary.bench.history.brief import DRAWS, tell_in_brief
from formulary.bench.recalling import RecallPlan, run_recalls
from formulary.bench.timing import Effort, peak, percentile
from formulary.cli.verify import all_faults
from formulary.db import db
from formulary.preparations.models import Attempt, Draw
from formulary.recalls.queries import flows
from formulary.stock.models import Lot
from tests.bench.conftest import BY

ONCE = Effort(rounds=1, sample=0)
LINES = ["filled", *["recall query"] * 2, "recall page", "list frozen", "containment", "list as CSV"]


def test_a_history_in_brief_is_proved_and_some_lots_went_far(app: Flask) -> None:
    said = list(tell_in_brief(100 * DRAWS, at=clock.now(), by=BY))
    assert [(progress.done, progress.of) for progress in said] == [(500, 500)]
    assert [f"{fault.row} {fault.what}" for fault in all_faults()] == []
    assert db.session.scalar(db.select(db.func.count(Draw.id))) == 500
    assert Counter(db.session.scalars(db.select(Attempt.state))) == {"administered": 99, "released": 1}
    counted = db.select(db.func.count(GivenLot.patient_id.distinct())).group_by(GivenLot.lot_id)
    assert Counter(db.session.scalars(counted)) == {5: 19, 4: 1, 50: 1, 49: 1, 99: 3}
    lots = list(db.session.scalars(db.select(Lot.id)))
    assert [lot for lot, balance in flows(lots).balances(lots, {}).items() if not balance.balances] == []


def test_every_line_of_the_bench_is_there() -> None:
    """Run once, and on one database: it is dear. Containment is one transaction."""
    plan = RecallPlan((100,), ("sqlite",), rows=(5, 30), rounds=1, in_the_way=2, effort=ONCE, pages=ONCE)
    said: list[str] = []
    found = run_recalls(plan, said.append)
    assert [words.split(" ms: ")[-1] for words in said if words.startswith("sqlite:")] == [
        "sqlite: 100 of 100 draws",
        "sqlite: measuring 100 draws",
        "4 reservations ended, 2 preparations at a draw, 3 open vials, 10 rows in all",
    ]
    assert [words.split("  ")[0] for words in said if not words.startswith("sqlite:")] == LINES
    assert [line.what for line in found] == LINES
    assert [line.what for line in found if line.aim and not (line.ratio and line.ratio > 0)] == []
    rows = [
        line.spread.rows for line in found if line.spread and line.what in ("recall query", "list as CSV")
    ]
    assert rows == [5, 20, 20]
    sizes = [line.size for line in found if line.what == "containment"]
    assert sizes == ["100 draws, 20 cocktails, 1 commit"]


@pytest.mark.parametrize(("count", "found"), [(1, 1), (100, 99), (200, 198)])
def test_the_slowest_of_a_hundred_is_passed_by_one_in_a_hundred(count: int, found: int) -> None:
    assert percentile(range(count, 0, -1), 99) == found


def test_the_peak_counts_what_is_held_at_a_time_and_not_in_all() -> None:
    at_once, in_turn = (
        peak(lambda: [bytes(10_000) for _ in range(100)]),
        peak(lambda: [len(bytes(10_000)) for _ in range(100)]),
    )
    assert (at_once > 1_000_000, in_turn < 50_000) == (True, True)
