"""How fast a product is used: what went into cocktails and was left over, by day; nothing else."""

from datetime import timedelta
from fractions import Fraction

import pytest

from formulary import clock
from formulary.bench.queries import plans_of
from formulary.db import transaction
from formulary.rules.units import Quantity
from formulary.stock import actions as stock
from formulary.stock import queries
from tests.stock.doing import drawn, opened, posted, somebody, undone
from tests.support.builders import a_lot, some_stock, the_site

pytestmark = pytest.mark.usefixtures("cast")


def used(lot):
    """What is known of its product: the volume used and over how many days; None where it is unknown."""
    found = queries.usage(the_site().id, [lot.product_id], clock.now()).get(lot.product_id)
    return None if found is None else (Quantity(found.used, lot.measured_in), found.days)


def usage_of(lot):
    queries.usage(the_site().id, [lot.product_id], clock.now())


def receipts_of(lot):
    queries.receipts(lot.id, the_site().id)


def ml(number):
    return Quantity.of(number, "mL")


def test_what_was_drawn_given_and_left_over_is_use_and_what_was_undone_is_none(watch):
    lot = a_lot(containers=9)
    watch.move(days=20)
    vial = opened(lot)
    drawn(vial, "0.5 mL")
    [slip] = drawn(vial, "1 mL")
    undone(slip.movement)
    with transaction():
        given = {"reason": "left_over", "at": clock.now(), "by": somebody()}
        stock.waste_vial(queries.vial(vial.id), **given)
    posted(lot, "storage", "patient", 5_000_000)
    assert used(lot) == (ml("10"), 20)
    assert queries.usage(the_site().id, [lot.product_id], clock.now())[lot.product_id].per_day == Fraction(
        10_000_000, 20
    )


def test_waste_of_sealed_stock_returns_losses_and_openings_are_no_use(watch):
    lot = a_lot(containers=9)
    watch.move(days=20)
    for place in ("waste", "returned", "destroyed", "lost_or_found", "quarantine"):
        posted(lot, "storage", place, 5_000_000, reason="moved")
    opened(lot)
    assert used(lot) == (ml("0"), 20)


def test_a_product_here_for_less_than_a_fortnight_is_used_at_an_unknown_rate(watch):
    lot = a_lot()
    posted(lot, "storage", "patient", 5_000_000)
    told = {}
    for days in (13, 14):
        watch.set(watch.at + timedelta(days=days) - (watch.at - lot.created_at))
        told[days] = used(lot)
    assert told == {13: None, 14: (ml("5"), 14)}


def test_only_the_last_ninety_days_count_and_only_this_site(watch, cast):
    lot = a_lot(containers=9)
    there = a_lot(lot.product, site=cast.other_site)
    posted(lot, "storage", "patient", 5_000_000)
    watch.move(days=60)
    posted(lot, "storage", "patient", 10_000_000)
    watch.move(days=60)
    assert used(lot) == (ml("10"), 90)
    assert there.product_id == lot.product_id
    found = queries.usage(cast.other_site.id, [lot.product_id], clock.now())[lot.product_id]
    assert (found.used, found.days) == (0, 90)


def test_what_came_from_the_other_site_just_now_is_used_at_an_unknown_rate_here(watch, cast):
    lot = a_lot(containers=9, site=cast.other_site)
    watch.move(days=60)
    some_stock(lot, 5_000_000, site=the_site())
    assert used(lot) is None
    watch.move(days=20)
    assert used(lot) == (ml("0"), 20)


@pytest.mark.databases("sqlite")  # PostgreSQL has statistics, and reads a table of a few rows as a whole
@pytest.mark.parametrize(
    ("asked", "ways"),
    [
        (
            usage_of,
            ["ix_movement_lot (lot_id=?)", "ix_movement_time (lot_id=? AND occurred_at>? AND occurred_at<?)"],
        ),
        (receipts_of, ["ix_movement_time (lot_id=?)"]),
    ],
)
def test_what_reverses_nothing_is_not_looked_for_through_the_whole_ledger(asked, ways):
    lot = a_lot()
    lines = [line.strip() for plan in plans_of(lambda: asked(lot)) for line in plan.lines]
    read = [line for line in lines if line.startswith(("SEARCH movement ", "SCAN movement "))]
    assert [line.partition("INDEX ")[2] for line in read] == ways


def test_nothing_is_read_where_nothing_is_asked():
    assert queries.usage(the_site().id, [], clock.now()) == {}
