"""The race for vials, small: as many draws as there is, each once, and who comes second is told the next."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from formulary import clock
from formulary.audit import record
from formulary.audit.queries import chain_faults
from formulary.bench.measures import race
from formulary.bench.measures.race import (
    DRAWN,
    Contest,
    Raced,
    choose,
    draw_chosen,
    draw_one,
    ledger_of,
)
from formulary.bench.timing import Pair
from formulary.db import db, transaction
from formulary.rules.findings import Refused
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.models import Vial
from tests.stock.doing import opened, somebody
from tests.support.builders import a_lot, a_product, the_place

SMALL = Contest(processes=4, each=6, lots=3)
pytestmark = pytest.mark.usefixtures("cast")


@pytest.fixture
def raced_for() -> int:
    """A product with three lots, an open vial of each, which hold as much as is drawn."""
    product = a_product(content="0.8 mL", after_puncture_h=24)
    for number in range(SMALL.lots):
        opened(a_lot(product, number=f"RACE{number}", containers=1))
    key: int = product.id
    db.session.remove()
    return key


def run(app: Flask, product_id: int, number: int, start: threading.Barrier) -> Iterator[str]:
    with app.app_context():
        try:
            by = somebody()
            start.wait(30)
            for act in range(SMALL.each):
                yield from draw_one(f"race:{number * SMALL.each + act + 1}", product_id, by)
        finally:
            db.session.remove()


def test_four_at_once_draw_just_what_is_there(app: Flask, raced_for: int) -> None:
    start = threading.Barrier(SMALL.processes)
    with ThreadPoolExecutor(SMALL.processes) as pool:
        works = [pool.submit(lambda n=n: list(run(app, raced_for, n, start))) for n in range(SMALL.processes)]
        told = sum((Counter(work.result()) for work in works), Counter())
    raced = Raced(Pair(1, 1), told, *ledger_of(raced_for))
    assert raced.wrong(SMALL) == []
    assert list(chain_faults()) == []
    assert list(draw_one("race:9999", raced_for, somebody())) == ["stock.short"]


def test_who_comes_second_is_told_which_vial_was_taken_and_takes_the_next_best(raced_for: int) -> None:
    """Another keeps the vial between the choice and the act; what was chosen then is refused by name."""
    first, second, _ = db.session.scalars(db.select(Vial).order_by(Vial.id))
    names, by = (first.code, second.code), somebody()
    found = choose("race:1", raced_for, by.site_id, clock.now())
    with transaction():
        rest = stock.Pick(first.lot_id, SMALL.content, the_place("in_use").id, first.id)
        stock.reserve("cocktail:1", [rest], at=clock.now(), by=by)
        record("test.keep", first, by=by, at=clock.now())
    with pytest.raises(Refused) as refusal, transaction():
        draw_chosen("race:1", found, by)
    [finding] = refusal.value.findings
    told = f"Someone has just taken vial {names[0]}: too little is left. Nothing was reserved."
    assert (finding.code, finding.reason) == ("stock.taken", told)
    assert finding.remedy == f"The next best is vial {names[1]}. Do it again to take that."
    assert list(draw_one("race:1", raced_for, by)) == ["done"]
    assert race.ledger_of(raced_for)[1:] == (DRAWN, SMALL.acts * DRAWN - DRAWN)
    assert queries.volume_left(queries.vial(second.id)) == SMALL.content - DRAWN


@pytest.mark.parametrize(
    ("told", "drawn", "left", "wrong"),
    [
        ({"done": 24}, 24, 0, []),
        ({"done": 23}, 24, 0, ["23 of 24 acts"]),
        ({"done": 24}, 25, 0, ["2500000 nL drawn, 0 left"]),
        ({"done": 24}, 24, 1, ["2400000 nL drawn, 100000 left"]),
    ],
)
def test_a_lost_act_and_too_much_sold_are_told(told, drawn, left, wrong) -> None:
    raced = Raced(Pair(1, 1), Counter(told), (), drawn * DRAWN, left * DRAWN)
    assert raced.wrong(SMALL) == wrong


def test_the_draws_of_a_race_empty_every_lot() -> None:
    assert Contest().content == 8_000_000
    with pytest.raises(ValueError, match="empty every lot"):
        _ = Contest(processes=1, each=7, lots=2).content
