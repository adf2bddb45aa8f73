"""Many at once: exactly what is possible succeeds, the others are told so, and the ledger adds up."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import create_engine

from formulary import clock
from formulary.audit import record
from formulary.audit.models import AuditEntry
from formulary.audit.queries import chain_faults
from formulary.db import Busy, db, retried, transaction
from formulary.rules.findings import Refused
from formulary.stock import actions as stock
from formulary.stock import facts, queries
from formulary.stock.models import Lot, Movement
from formulary.stock.queries import proof
from tests.stock.doing import lies, opened, q, received, reconstituted, somebody
from tests.support.builders import a_lot, a_powder, a_product, the_place, the_site
from tests.support.databases import Database
from tests.support.world import Cast

AT_ONCE = 50
TOLD = {"vial.empty", "vial.short", "stock.short", "stock.taken", "lot.exhausted", "lot.held"}


@pytest.fixture(autouse=True)
def _a_connection_each(app: Flask, database: Database) -> Iterator[None]:
    """Let every one of the fifty have a connection of its own, as fifty processes would."""
    usual = db.engines[None]
    db.session.remove()
    db.engines[None] = create_engine(usual.url, pool_size=AT_ONCE + 5, pool_timeout=60)
    yield
    db.session.remove()
    db.engines[None].dispose()
    db.engines[None] = usual


def at_once(app: Flask, act: Callable[[int], object], times: int = AT_ONCE) -> Counter[str]:
    """Do it from as many threads, all started together; how it went for each."""
    start = threading.Barrier(times)

    def one(number: int) -> str:
        with app.app_context():
            start.wait()
            try:
                retried(act)(number)
            except Refused as refusal:
                return refusal.findings[0].code
            except Busy:
                return "busy"
            finally:
                db.session.remove()
            return "done"

    db.session.remove()
    with ThreadPoolExecutor(times) as pool:
        return Counter(pool.map(one, range(times)))


def draw(vial_id: int, volume: str, **more: object) -> None:
    at, by = clock.now(), somebody()
    with transaction():
        vial = queries.vial(vial_id)
        target = the_place("preparation")
        taken = stock.take(
            vial, q(volume), target=target, reason="drawn", document=("attempt", 1), at=at, by=by, **more
        )
        record("test.draw", vial, by=by, at=at, movements=[t.movement for t in taken])


def in_order() -> bool:
    return list(proof.ledger_faults()) == [] and list(chain_faults()) == []


def drawn_in_all(lot: Lot) -> int:
    query = db.select(db.func.coalesce(db.func.sum(Movement.quantity), 0))
    return int(db.session.scalar(query.filter_by(lot_id=lot.id, reason="drawn")) or 0)


def test_fifty_draw_from_one_vial_that_holds_twenty_five(app: Flask) -> None:
    vial = opened(a_lot())
    told = at_once(app, lambda _: draw(vial.id, "0.2 mL"))
    assert told["done"] == 25
    assert sum(told.values()) == AT_ONCE
    assert set(told) - {"done"} <= TOLD
    assert (drawn_in_all(vial.lot), queries.volume_left(vial)) == (5_000_000, 0)
    assert in_order()


def test_fifty_draw_from_one_mixture_and_nothing_is_left_over(app: Flask) -> None:
    vial = reconstituted(opened(a_lot(a_powder()), opened_for_id=7), a_lot(), "3 mL")
    told = at_once(app, lambda _: draw(vial.id, "0.1 mL", for_patient=7))
    assert told["done"] == 30
    assert queries.contents(vial_id=vial.id) == []
    assert drawn_in_all(vial.lot) == 600_000_000
    assert in_order()


def test_fifty_open_the_ten_containers_of_a_shelf(app: Flask) -> None:
    lot = a_lot(containers=10)

    def open_one(_: int) -> None:
        with transaction():
            stock.open_vial(queries.lot(lot.id), place=the_place(), at=clock.now(), by=somebody())

    told = at_once(app, open_one)
    assert told["done"] == 10
    assert (lies(lot, "storage"), lies(lot, "in_use")) == (0, 50_000_000)
    assert in_order()


def test_the_same_form_sent_sixteen_times_opens_one_vial(app: Flask) -> None:
    lot = a_lot(containers=10)

    def open_one(_: int) -> None:
        with transaction():
            given = {"place": the_place(), "at": clock.now(), "by": somebody(), "key": "one"}
            stock.open_vial(queries.lot(lot.id), **given)

    assert at_once(app, open_one, 16) == {"done": 16}
    assert lies(lot, "in_use") == 5_000_000


def test_sixteen_release_one_quarantine_and_one_does(app: Flask, cast: Cast) -> None:
    lot = received(a_product().id)

    def release(_: int) -> None:
        with transaction():
            by = cast.actor("pharmacist2")
            stock.release_lot(queries.lot(lot.id), place=the_place(), at=clock.now(), by=by)

    told = at_once(app, release, 16)
    assert told.pop("done") == 1
    assert set(told) <= {"lot.not_quarantined", "stock.short"}
    assert lies(lot, "storage") == 15_000_000


def test_sixteen_reserve_one_vial_and_one_gets_it(app: Flask) -> None:
    vial = opened(a_lot())

    def keep(number: int) -> None:
        with transaction() as session:
            session.info["audited"] = True
            pick = stock.Pick(vial.lot_id, 3_000_000, the_place("in_use").id, vial.id)
            stock.reserve(f"cocktail:{number}", [pick], at=clock.now(), by=somebody())

    assert at_once(app, keep, 16) == {"done": 1, "stock.taken": 15}


def test_no_draw_is_committed_after_the_hold(app: Flask) -> None:
    vial = opened(a_lot())

    def one(number: int) -> None:
        if number != 7:
            return draw(vial.id, "0.01 mL")
        with transaction():
            stock.place_hold("lot", vial.lot_id, reason="turbid", at=clock.now(), by=somebody())

    at_once(app, one, 30)
    acts = list(db.session.scalars(db.select(AuditEntry.action).order_by(AuditEntry.id)))
    assert "test.draw" not in acts[acts.index("stock.hold") :]
    assert in_order()


def test_one_reads_another_commits_and_the_first_takes(app: Flask) -> None:
    """The first looks at the page, the other takes everything, the first is told that nothing is left."""
    vial = opened(a_lot())
    seen, gone = threading.Event(), threading.Event()

    def first() -> str:
        with app.app_context():
            stocked = facts.candidates(the_site().id, [vial.lot.product_id], clock.now())
            assert any(s.vial for s in stocked)
            seen.set()
            gone.wait(20)
            try:
                draw(vial.id, "1 mL")
            except Refused as refusal:
                return refusal.findings[0].code
            finally:
                db.session.remove()
            return "done"

    def second() -> None:
        with app.app_context():
            seen.wait(20)
            draw(vial.id, "5 mL")
            db.session.remove()
            gone.set()

    db.session.remove()
    with ThreadPoolExecutor(2) as pool:
        answer, other = pool.submit(first), pool.submit(second)
        other.result()
        assert answer.result() == "vial.empty"
    assert in_order()


def test_both_read_inside_their_acts_and_one_wins(app: Flask) -> None:
    vial = opened(a_lot())

    def read_then_draw(_: int) -> None:
        at, by = clock.now(), somebody()
        with transaction():
            row = queries.vial(vial.id)
            assert queries.volume_left(row) is not None
            given = {"reason": "drawn", "document": ("attempt", 1), "at": at, "by": by}
            taken = stock.take(row, q("3 mL"), target=the_place("preparation"), **given)
            record("test.draw", row, by=by, at=at, movements=[t.movement for t in taken])

    assert at_once(app, read_then_draw, 2) == {"done": 1, "vial.short": 1}
    assert queries.volume_left(vial) == 2_000_000


def test_crosswise_draws_do_not_hang(app: Flask) -> None:
    """Two vials, taken in opposite orders by twenty acts: all of them end, and the ledger adds up."""
    vials = [opened(lot).id for lot in (a_lot(), a_lot())]

    def both(number: int) -> None:
        at, by = clock.now(), somebody()
        ordered = vials if number % 2 else vials[::-1]
        with transaction():
            rows = []
            for vial in ordered:
                given = {"reason": "drawn", "document": ("attempt", number), "at": at, "by": by}
                taken = stock.take(queries.vial(vial), q("0.1 mL"), target=the_place("preparation"), **given)
                rows += [t.movement for t in taken]
            record("test.draw", queries.vial(vials[0]), by=by, at=at, movements=rows)

    told = at_once(app, both, 20)
    assert sum(told.values()) == 20
    assert [queries.volume_left(queries.vial(v)) for v in vials] == [5_000_000 - told["done"] * 100_000] * 2
    assert in_order()


def test_ten_receive_one_new_lot_and_it_is_one_lot(app: Flask) -> None:
    """Who comes second finds the lot that the first has just written, and adds to it."""
    product = a_product()
    told = at_once(app, lambda _: received(product.id, "NEW-1"), 10)
    assert told == {"done": 10}
    lots = queries.lots_with_number("NEW-1")
    assert [lies(lot, "storage") + lies(lot, "quarantine") for lot in lots] == [10 * 15_000_000]
    assert in_order()


def test_a_note_that_several_have_before_them_counts_once(app: Flask) -> None:
    lot, came = a_lot(), {"supplier": "Medisud", "note_number": "DN-1"}
    received(lot.product_id, "L1", **came)  # so that nobody waits for the name of a new supplier
    product_id, number = lot.product_id, lot.number
    told = at_once(app, lambda _: received(product_id, number, **came), 6)
    assert told == {"done": 1, "delivery.noted_before": 5}
