"""Mistakes that stock systems are known for, each in words: a drift, dust, a cut factor, a door left open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from formulary import clock
from formulary.audit.queries import chain_faults
from formulary.db import db, transaction
from formulary.rules.allocation import allocate
from formulary.rules.facts import SitePolicies
from formulary.rules.findings import Refused
from formulary.stock import actions as stock
from formulary.stock import facts, queries
from formulary.stock.models import Balance, Lot, Movement
from formulary.stock.queries import proof
from tests.stock.counting import cancelled, counted, sheet
from tests.stock.doing import (
    drawn,
    lies,
    opened,
    posted,
    q,
    reason_of,
    received,
    reconstituted,
    refused_codes,
    somebody,
    undone,
)
from tests.stock.test_transfers import packed, sent
from tests.support.builders import a_code, a_lot, a_policy, a_powder, a_product, the_place, the_site
from tests.support.watch import Watch

pytestmark = pytest.mark.usefixtures("cast")
ONE = 5_000_000
Round = Callable[[Lot], None]


def sums(lot: Lot) -> tuple[object, ...]:
    """Everything that a lot's sums say: what lies where, and every line of its sheet."""
    db.session.expire_all()
    rows = db.select(Balance.place_id, Balance.vial_id, Balance.quantity).filter_by(lot_id=lot.id)
    lying = sorted((*row,) for row in db.session.execute(rows.where(Balance.quantity > 0)))
    return lying, queries.balance_sheet(lot.id), queries.lot(lot.id).status


def acting(act: Callable[..., object], *args: object, **more: object) -> object:
    with transaction():
        return act(*args, at=clock.now(), by=somebody(), **more)


def a_draw_taken_back(lot: Lot) -> None:
    [taken] = drawn(queries.open_vials(the_site().id, lot.id)[0], "0.333333 mL")
    undone(taken.movement)


def the_last_of_it_taken_back(lot: Lot) -> None:
    undone(posted(lot, "storage", "waste", 2 * ONE, reason="broken"))


def a_delivery_taken_back(lot: Lot) -> None:
    row = queries.lot(lot.id)
    received(row.product_id, row.number, containers=7)
    undone(queries.last_receipt(lot.id, the_site().id))


def a_box_called_back(lot: Lot) -> None:
    acting(stock.cancel_transfer, sent(packed(lot, 1)).id, reason="not needed")


def a_reservation_that_ended(lot: Lot) -> None:
    with transaction() as session:
        session.info["audited"] = True
        stock.reserve("cocktail:1", [stock.Pick(lot.id, ONE, the_place().id)], at=clock.now(), by=somebody())
        stock.end_reservations("cocktail:1", why="cancelled", at=clock.now())


def a_count_that_was_cancelled(lot: Lot) -> None:
    count = sheet()
    counted(count, lot, 1)
    cancelled(count)


ROUNDS: tuple[Round, ...] = (
    a_draw_taken_back,
    the_last_of_it_taken_back,
    a_delivery_taken_back,
    a_box_called_back,
    a_reservation_that_ended,
    a_count_that_was_cancelled,
)


@pytest.mark.parametrize("there_and_back", ROUNDS)
def test_cancelling_and_undoing_leaves_no_drift_between_balance_and_ledger(there_and_back: Round) -> None:
    lot = a_lot(containers=3)
    opened(lot)
    before = sums(lot)
    there_and_back(lot)
    assert (sums(lot), list(proof.ledger_faults())) == (before, [])


@pytest.mark.parametrize("content", ["0.003 mL", "5 mL"])
def test_a_third_and_two_thirds_of_what_came_leave_no_dust(content: str) -> None:
    lot = a_lot(a_product(content=content), containers=333)
    one = lot.product.content or 0
    for containers in (111, 222):
        posted(lot, "storage", "waste", containers * one, reason="broken")
    assert (lies(lot, "storage"), queries.lot(lot.id).status) == (0, "exhausted")
    assert queries.balance_sheet(lot.id).balances is True


def test_three_thirds_of_a_vial_leave_no_dust() -> None:
    vial = opened(a_lot(a_product(content="1 mL"), containers=1))
    for third in ("0.333333 mL", "0.333333 mL", "0.333334 mL"):
        drawn(vial, third)
    db.session.expire_all()
    assert (queries.vial(vial.id).state, queries.volume_left(vial)) == ("empty", 0)


def test_packs_containers_and_doses_convert_by_whole_factors_that_are_never_cut_to_three_decimals() -> None:
    product = a_product(content="0.123456 mL")
    box = a_code(product, containers=12)
    a_policy(the_site(), "first_receipt_quarantine", {"required": False})
    lot = received(product.id, containers=60, per_pack=12, gtin=box.gtin, grade="scanned")
    assert queries.balance_sheet(lot.id).received == 60 * 123_456
    vial = opened(lot)
    drawn(vial, "0.000001 mL")
    assert queries.volume_left(vial) == 123_455


def offered(lot: Lot) -> list[str]:
    """What the shelf offers of the lot's product, and why not."""
    found = facts.candidates(the_site().id, [lot.product_id], clock.now())
    answer = allocate(
        q("1 mL"),
        found,
        at=clock.now(),
        for_patient=None,
        may_split=True,
        policies=SitePolicies(zone="Europe/Paris"),
    )
    assert answer.picks == ()
    return [refusal.findings[0].code for refusal in answer.refusals]


def test_what_expired_is_refused_at_every_door_and_offered_on_no_screen(watch: Watch) -> None:
    lot, powder = a_lot(expires_on=date(2026, 11, 24)), a_lot(a_powder())
    vial = opened(lot)
    watch.move(days=1)
    mixing, place = opened(powder), the_place()
    doors: tuple[Callable[[], object], ...] = (
        lambda: opened(lot),
        lambda: drawn(vial, "1 mL"),
        lambda: posted(lot, "storage", "preparation", ONE, reason="drawn"),
        lambda: posted(lot, "storage", "patch_test", 1, reason="tested"),
        lambda: reconstituted(mixing, lot, "4 mL"),
        lambda: sent(packed(lot, 1)),
        lambda: acting(stock.move_lot, lot, source=place, target=the_place("in_transit"), quantity=ONE),
    )
    rows, codes = db.session.scalar(db.select(db.func.count(Movement.id))), []
    for door in doors:
        with pytest.raises(Refused) as refusal:
            door()
        codes.append(refused_codes(refusal)[0])
    assert codes == ["lot.expired"] * 6 + ["place.wrong_kind"]
    assert db.session.scalar(db.select(db.func.count(Movement.id))) == rows
    assert offered(lot) == ["lot.expired"] * 2


def test_nothing_is_destroyed_without_a_row_of_the_ledger() -> None:
    lot = a_lot(containers=3)
    with transaction():
        stock.waste_lot(
            queries.lot(lot.id),
            place=the_place(),
            quantity=3 * ONE,
            reason="broken",
            at=clock.now(),
            by=somebody(),
        )
    [row] = db.session.scalars(
        db.select(Movement).filter_by(lot_id=lot.id, to_place_id=the_place("waste").id)
    )
    found = queries.balance_sheet(lot.id)
    assert (row.quantity, found.wasted_in_all, found.on_hand, found.balances) == (3 * ONE, 3 * ONE, 0, True)
    assert queries.lot(lot.id).number == lot.number


def test_a_clock_that_goes_back_an_hour_leaves_the_ledger_as_it_happened(watch: Watch) -> None:
    lot, water = a_lot(a_powder()), a_lot(containers=2)
    vial, dry = reconstituted(opened(lot), water, "4 mL"), opened(lot)
    watch.move(hours=-1)
    with pytest.raises(Refused) as refusal:
        reconstituted(dry, water, "4 mL")
    assert reason_of(refusal) == f"Vial {dry.code} was opened after that."
    for taken in drawn(vial, "1 mL"):
        undone(taken.movement)
    count = sheet()
    counted(count, water, 1)
    db.session.expire_all()
    assert (queries.volume_left(queries.vial(vial.id)), lies(water, "storage")) == (4_000_000, ONE)
    assert [*proof.ledger_faults(), *chain_faults()] == []
