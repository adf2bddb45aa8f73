"""What does not keep: readings, vials and lots on the first page, the board of open vials, the horizon."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from formulary import clock
from formulary.db import transaction
from formulary.overview import queries
from formulary.overview.labels import Day
from formulary.overview.labels.board import board
from formulary.overview.labels.stores import expiring, open_vials
from formulary.stock import actions as stock
from tests.overview.doing import NAME, a_product_named, leads_to, panels, said, titles, today, words
from tests.recalls.doing import opened, somebody
from tests.support.builders import a_lot, a_patient, a_product, a_reading, a_test, some_stock


def test_a_reading_calls_from_its_opening_to_its_close(clients, watch):
    test = a_test(a_patient(name=NAME), a_lot())
    title, shown = f"Read patch test {test.code} of {NAME}", {}
    for hour in (17, 18, 36, 37, 40, 60, 61, 66, 104, 105):
        watch.set(test.applied_at + timedelta(hours=hour))
        shown[hour] = titles(today(clients("practitioner").login("practitioner")))
    assert {hour for hour, found in shown.items() if found == [title]} == {18, 36, 40, 60, 66, 104}
    assert [shown[hour] for hour in (17, 37, 61, 105)] == [[]] * 4


def test_a_reading_that_was_made_calls_nobody(clients):
    test = a_test(a_patient(), a_lot(), ago=timedelta(hours=45))
    a_reading(test.items[0], hours=44)
    assert titles(today(clients("practitioner"))) == []


def test_a_lot_calls_two_weeks_before_it_expires_and_when_it_has(clients):
    for number, day in (("GONE", 23), ("LAST", 24), ("SOON", 27)):
        a_lot(a_product_named(number.title()), number=number, expires_on=date(2026, 11, day))
    a_lot(number="LATER", expires_on=date(2026, 12, 20))
    page = today(clients("pharmacist"))
    assert titles(page) == ["Take away lot GONE, Gone", "Use lot LAST, Last", "Use lot SOON, Soon"]
    assert "3 containers, 15 mL, on the shelf." in said(page, "Use lot SOON, Soon")


def test_a_lot_inside_the_window_is_told_on_every_day_of_it_and_not_on_the_exact_day_alone(cast, watch):
    a_lot(a_product_named("Soon"), number="SOON", expires_on=date(2026, 12, 10))
    told, by, zone = [], cast.actor("pharmacist"), ZoneInfo(cast.site.zone)
    for _ in range(20):
        rows = tuple(queries.sealed(cast.site.id, until=date(2027, 1, 1)))
        told.append([need.title for need in expiring(Day(by, clock.now(), zone, sealed=rows))])
        watch.move(days=1)
    assert told == [[]] * 2 + [["Use lot SOON, Soon"]] * 15 + [["Take away lot SOON, Soon"]] * 3


def test_a_lot_in_quarantine_waits_for_a_look(clients):
    lot = a_lot(a_product_named("Waits"), number="Q1", containers=0)
    some_stock(lot, 2 * lot.product.content, kind="quarantine")
    page = today(clients("pharmacist"))
    assert titles(page) == ["Look at lot Q1, Waits"]
    assert "2 containers, 10 mL, in quarantine." in said(page, "Look at lot Q1, Waits")


@pytest.mark.parametrize("who", ["pharmacist", "technician"])
def test_a_vial_calls_a_day_before_it_lapses_and_when_it_has(clients, watch, who):
    vial = opened(a_lot(a_product_named("Shared")))
    page = today(clients(who))
    assert titles(page) == []
    assert vial.code in panels(page)["Open vials"]
    watch.set(vial.beyond_use_at - timedelta(hours=2))
    page = today(clients(who).login(who))
    assert titles(page) == [f"Use vial {vial.code}, Shared"]
    assert "5 mL left; it may be shared." in said(page, titles(page)[0])
    watch.set(vial.beyond_use_at)
    page = today(clients(who).login(who))
    assert titles(page) == [f"Waste vial {vial.code}, Shared"]
    assert "Waste" in clients(who).get_ok(leads_to(page)[titles(page)[0]]).h1


@pytest.fixture
def not_kept():
    """A product whose rest is discarded after the session; its lot expires next year."""
    return a_product(name="Single", container="single_dose", after_puncture_h=None)


def test_a_vial_that_is_not_kept_calls_on_the_day_of_its_opening_as_the_board_says(cast, watch, not_kept):
    opened(a_lot(not_kept))
    told, by, zone = [], cast.actor("technician"), ZoneInfo(cast.site.zone)
    for _ in range(2):
        vials, at = tuple(queries.open_vials(cast.site.id, clock.now())), clock.now()
        [need] = open_vials(Day(by, at, zone, vials=vials))
        [line] = board(vials, at).lines
        told.append((need.title[:5], need.until, line.until))
        watch.move(days=1)
    midnight = datetime(2026, 11, 25, tzinfo=zone)
    assert told == [("Use v", midnight, midnight), ("Waste", midnight, midnight)]


def test_a_vial_that_is_not_kept_is_told_before_one_that_is(cast, not_kept):
    kept, gone = opened(a_lot()), opened(a_lot(not_kept))
    found = [row.id for row in queries.open_vials(cast.site.id, clock.now())]
    assert found == [gone.id, kept.id]


def test_a_held_vial_is_kept_for_whoever_asks_for_it(clients, watch):
    vial = opened(a_lot())
    with transaction():
        stock.place_hold("vial", vial.id, reason="a crack", at=clock.now(), by=somebody())
    watch.set(vial.beyond_use_at - timedelta(hours=2))
    assert titles(today(clients("technician"))) == []


def test_the_board_tells_what_is_open_here_and_until_when(clients, cast):
    vial = opened(a_lot(a_product_named("Shared"), number="OPEN1"))
    there = opened(a_lot(site=cast.other_site), site=cast.other_site)
    page = clients("technician").get_ok("/vials")
    assert words(page.one("h1")) == "1 open vial"
    assert f"{vial.code} Shared" in words(page)
    assert ("OPEN1" in page.text, there.code in page.text) == (True, False)
    assert "22 Dec 2026" in words(page)


def test_a_lapsed_vial_is_wasted_from_the_board_by_whoever_may(clients, watch):
    vial = opened(a_lot())
    watch.set(vial.beyond_use_at)
    offered = {who: clients(who).get_ok("/vials").links for who in ("technician", "auditor")}
    assert [who for who, links in offered.items() if f"Waste {vial.code}" in links] == ["technician"]


def test_an_empty_board_says_so(clients):
    assert clients("auditor").get_ok("/vials").h1 == "No vial is open"


@pytest.mark.parametrize("url", ["/vials", "/expiry"])
def test_the_shelf_is_closed_to_who_only_runs_the_clinic(clients, url):
    assert "see stock" in clients("admin").get_page(url, status=403).text
