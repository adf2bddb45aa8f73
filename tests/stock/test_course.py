"""The stock of a product over time: by when it happened, read back from what lies here now."""

from datetime import timedelta

import pytest

from formulary import clock
from formulary.db import db
from formulary.stock.queries import flows
from tests.overview.doing import words
from tests.stock.doing import opened, posted, undone
from tests.support.builders import a_lot, some_stock


def rows(clients, product_id, back="30"):
    """The table, the newest first: days, before, came, went, after, marks."""
    page = clients("auditor").login("auditor").get_ok(f"/stock/products/{product_id}/course?back={back}")
    found = []
    for row in page.all("tr"):
        cells = [words(cell).replace(" mL", "").strip() for cell in row if cell.tag in ("th", "td")]
        if row.findall("td"):
            found.append(tuple(cells))
    return page, found


@pytest.fixture
def lot(cast, watch):
    """Fifteen millilitres twenty days ago; five given, one move and one opening that change nothing."""
    lot = a_lot()
    watch.move(days=10)
    posted(lot, "storage", "patient", 5_000_000)
    posted(lot, "storage", "quarantine", 2_000_000, reason="quarantined")
    opened(lot)
    watch.move(days=10)
    return lot


def test_each_day_says_what_came_and_went_and_what_was_left(clients, lot):
    page, table = rows(clients, lot.product_id)
    told = [row for row in table if row[2:4] != ("0", "0")]
    assert told == [
        ("4 Dec 2026", "15", "0", "5", "10", "nothing"),
        ("24 Nov 2026", "0", "15", "0", "15", "1 receipt"),
    ]
    assert (len(table), words(page.one("h1"))) == (30, f"10 mL of {lot.product.name} here")
    assert "From 0 mL on 15 Nov 2026 to 10 mL on 14 Dec 2026." in words(page)


def test_a_late_entry_stands_on_the_day_it_happened_and_is_marked(clients, lot, watch):
    posted(lot, "storage", "patient", 1_000_000, occurred_at=watch.at - timedelta(days=5))
    _, table = rows(clients, lot.product_id)
    assert ("9 Dec 2026", "10", "0", "1", "9", "1 late entry") in table


def test_what_was_undone_comes_back_and_a_counted_difference_is_marked(clients, lot):
    undone(posted(lot, "storage", "patient", 1_000_000))
    posted(lot, "storage", "lost_or_found", 500_000, reason="counted_less")
    _, table = rows(clients, lot.product_id)
    assert table[0] == ("14 Dec 2026", "10", "1", "1.5", "9.5", "1 counted difference")


def test_a_year_is_told_in_weeks_and_the_sums_are_the_same(clients, lot):
    _, table = rows(clients, lot.product_id, "365")
    assert len(table) == 53
    told = [row[1:5] for row in table if row[2:4] != ("0", "0")]
    assert told == [("15", "0", "5", "10"), ("0", "15", "0", "15")]


def test_another_site_and_another_product_are_left_out(clients, lot, cast):
    some_stock(lot, 5_000_000, site=cast.other_site)
    a_lot()
    _, table = rows(clients, lot.product_id)
    assert table[0][4] == "10"


def test_an_hour_is_one_row_of_the_database_at_any_number_of_movements(cast, watch):
    lot = a_lot()
    for _ in range(12):
        posted(lot, "storage", "patient", 1_000)
    db.session.expire_all()
    found = flows.flows(cast.site.id, lot.product_id, watch.at - timedelta(days=1), clock.now())
    assert [(flow.came, flow.went, flow.receipts) for flow in found] == [(15_000_000, 12_000, 1)]
