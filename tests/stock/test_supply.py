"""How a site stands with a product: what is usable, what was used, what comes, what to order."""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from formulary import clock
from formulary.db import transaction
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.facts import supply
from formulary.stock.labels import supply as labels
from tests.stock.doing import drawn, held, opened, posted, q, received, somebody, undone
from tests.stock.ordering import a_shelf_product, a_supplier, came, keeps, sent, stands, ten
from tests.support.builders import (
    a_lot,
    a_product,
    act,
    some_stock,
    the_place,
    the_site,
)
from tests.support.builders.stock import pharmacist_of
from tests.support.counting import counting_queries
from tests.support.world import Cast


@pytest.fixture
def product(cast):
    """A vial of 5 mL that comes singly and in boxes of ten."""
    return a_shelf_product()


def use_of(product):
    return queries.usage(the_site().id, [product.id], clock.now()).get(product.id)


def ml(text):
    return int(q(f"{text} mL").steps)


def on_its_way(lot, steps):
    """So much of a lot of the other site is sent to this one."""
    by = pharmacist_of(Cast().other_site)
    told = {"to_site_id": the_site().id, "place": the_place(site=Cast().other_site)}
    with transaction():
        line = stock.pack_lot(queries.lot(lot.id), **told, quantity=steps, at=clock.now(), by=by)
    with transaction():
        stock.send_transfer(line.transfer_id, why="needed_there", at=clock.now(), by=by)


def below():
    return [one.product.name for one in supply.below_minimum(the_site().id, clock.now())]


def test_a_shelf_of_expired_vials_reads_as_a_stock_out(product, watch):
    keeps(product, supplier_id=a_supplier().id)
    received(product.id, containers=50, expires_on=date(2026, 12, 1))
    assert (stands(product).plan.usable, below()) == (50, [])
    watch.set(watch.at + timedelta(days=8))
    found = stands(product)
    assert (found.plan.usable, found.plan.packs, below()) == (0, 3, [product.name])
    assert [stock.lot for stock in found.unusable] == ["L2231"]


def test_what_is_held_in_quarantine_or_reserved_is_not_usable(product):
    lots = [received(product.id, number, containers=4) for number in ("A1", "B1", "C1")]
    some_stock(a_lot(product, number="D1", containers=0), 4 * product.content, kind="quarantine")
    held("lot", lots[0].id)
    with transaction():
        pick = stock.Pick(lots[1].id, product.content, the_place().id)
        with act():
            stock.reserve("cocktail:1", [pick], at=clock.now(), by=somebody())
    assert stands(product).plan.usable == 3 + 4


def test_what_waits_for_its_release_or_is_on_its_way_is_not_ordered_a_second_time(product, cast):
    keeps(product, supplier_id=a_supplier().id)
    assert stands(product).plan.packs == 3
    some_stock(a_lot(product, number="APART1", containers=0), 10 * product.content, kind="quarantine")
    there = a_lot(product, number="THERE1", containers=20, site=cast.other_site)
    on_its_way(there, 10 * product.content)
    found = stands(product)
    assert (found.plan.usable, found.plan.near, found.plan.packs) == (0, 20, 0)
    assert below() == [product.name]
    assert [line for line in labels.why(found, ".") if "waiting" in line or "way" in line] == [
        "In quarantine, waiting for release: 10 vials.",
        "On its way in TR-1: 10 vials.",
    ]


def test_open_vials_stand_apart_and_count_for_nothing(product):
    opened(received(product.id, containers=4))
    found = stands(product)
    assert (found.plan.usable, [s.remaining.steps for s in found.opened]) == (3, [ml("5")])


def test_use_is_told_with_what_was_drawn_what_was_wasted_and_since_when(product, watch):
    since = clock.now()
    lot = received(product.id, containers=9)
    watch.move(days=20)
    vial = opened(lot)
    drawn(vial, "2 mL")
    with transaction():
        told = {"reason": "left_over", "at": clock.now(), "by": somebody()}
        stock.waste_vial(queries.vial(vial.id), **told)
    found = use_of(product)
    assert (found.drawn, found.wasted, found.days, found.since) == (ml("2"), ml("3"), 20, since)
    assert found.per_day == Fraction(ml("5"), 20)


def test_a_late_entry_counts_on_the_day_it_happened(product, watch):
    lot = received(product.id, containers=9)
    watch.move(days=100)
    then = clock.now() - timedelta(days=95)
    posted(lot, "storage", "patient", product.content, occurred_at=then)
    assert use_of(product).used == 0
    posted(lot, "storage", "patient", product.content, occurred_at=then + timedelta(days=10))
    assert use_of(product).used == product.content


def test_a_draw_that_was_undone_after_its_window_is_taken_off_where_it_stood(product, watch):
    vial = opened(received(product.id, containers=9))
    [slip] = drawn(vial, "2 mL")
    watch.move(days=95)
    undone(slip.movement)
    posted(queries.lot(vial.lot_id), "storage", "patient", product.content)
    assert use_of(product).used == product.content


def test_an_order_on_its_way_is_taken_off_and_an_overdue_one_says_so(product, watch):
    keeps(product, lead_days=7)
    order = sent(ten(product, 3, days=2))
    plan = stands(product).plan
    assert (plan.packs, plan.coming, plan.overdue) == (0, 30, 0)
    watch.move(days=3)
    found = stands(product)
    assert (found.plan.coming, found.plan.overdue) == (30, 30)
    assert [one.order.id for one in found.overdue] == [order.id]
    came(order, product, 12)
    assert (stands(product).plan.usable, stands(product).plan.coming) == (12, 18)


def test_below_the_minimum_is_told_with_what_is_on_its_way(product):
    keeps(product)
    sent(ten(product))
    [one] = supply.below_minimum(the_site().id, clock.now())
    assert (one.product.name, one.plan.usable, one.plan.coming) == (product.name, 0, 30)


def test_unset_levels_are_unknown_and_suggest_nothing(product):
    received(product.id)
    found = stands(product)
    assert (found.level, found.plan.minimum, found.plan.packs, below()) == (None, None, None, [])


def test_the_lead_time_of_a_product_comes_before_its_suppliers(product):
    who = a_supplier(lead_days=9)
    keeps(product, supplier_id=who.id)
    assert stands(product).lead_days == 9
    keeps(product, supplier_id=who.id, lead_days=0)
    assert stands(product).lead_days == 0


def test_more_products_cost_as_many_statements(cast):
    costs = []
    for times in (1, 4):
        for _ in range(times):
            other = a_product()
            received(other.id, f"L{other.id}")
            keeps(other, per_pack=1)
        with counting_queries() as sent_queries:
            supply.kept(the_site().id, clock.now())
        costs.append(len(sent_queries))
    assert costs[0] == costs[1]
