"""The expiry horizon: what lapses when at the use of late, and what that costs, as picture and rows."""

from datetime import date, timedelta

import pytest

from formulary import clock
from formulary.db import db
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.models import Place, Reservation
from tests.overview.doing import words
from tests.recalls.doing import moved, opened
from tests.stock.doing import held, posted, received, somebody
from tests.stock.test_prices import euros
from tests.support.builders import a_lot, a_policy, a_product, act, some_stock, the_place, the_site

DAYS_HERE = 20


@pytest.fixture(autouse=True)
def house(cast):
    """It keeps its prices in EUR and puts first receipts on the shelf."""
    a_policy(cast.site, "currency", "EUR")
    a_policy(cast.site, "first_receipt_quarantine", {"required": False})


def rows(page):
    """What the list says of each lot, by its columns."""
    found = {}
    for row in page.all("tr"):
        if cells := {cell.get("data-label", ""): words(cell).strip() for cell in row.findall("td")}:
            found[words(row.find("th").find("a")).strip()] = cells
    return found


def horizon(clients, ahead=""):
    return clients("auditor").login("auditor").get_ok(f"/expiry{ahead}")


def used_steadily(watch, lots, steps):
    """Twenty days have gone by since these came, and so many steps of the first of them were used."""
    watch.move(days=DAYS_HERE)
    posted(lots[0], "storage", "patient", steps)


@act()
def another_shelf(lot, steps):
    """A second place of the site, with so much of a lot from the first."""
    place = Place(site_id=the_site().id, kind="storage", name="Second shelf")
    db.session.add(place)
    db.session.flush()
    ends = {"source": the_place(), "target": place}
    stock.move_lot(queries.lot(lot.id), **ends, quantity=steps, at=clock.now(), by=somebody())
    return place


@act()
def reserved(lot, steps):
    """So much of a lot is kept for a cocktail."""
    kept = {"lot_id": lot.id, "place_id": the_place().id, "for_ref": "cocktail:1"}
    db.session.add(Reservation(**kept, quantity=steps, created_at=clock.now()))


def in_days(watch, number):
    return watch.at.date() + timedelta(days=number)


def test_half_a_year_of_this_site_is_shown_as_picture_and_rows(clients, cast):
    ends = {"GONE1": (2026, 11, 23), "SOON1": (2026, 12, 1), "HALF1": (2027, 5, 27), "LONG1": (2027, 5, 28)}
    for number, day in ends.items():
        a_lot(number=number, expires_on=date(*day))
    a_lot(number="LYON1", expires_on=date(2026, 12, 1), site=cast.other_site)
    page = horizon(clients)
    assert list(rows(page)) == ["GONE1", "SOON1", "HALF1"]
    assert (
        "lot GONE1 expires 23 Nov, expired 23 Nov; lot SOON1 expires 1 Dec, what will lapse is not known"
        in (words(page))
    )
    assert list(rows(horizon(clients, "?ahead=30"))) == ["GONE1", "SOON1"]


def test_what_lapses_and_its_price_follow_the_use_of_late(clients, watch):
    product, soon = a_product(), in_days(watch, DAYS_HERE + 9)
    first = received(product.id, "FIRST1", expires_on=soon, containers=8, price=euros("24"), per_pack=2)
    second = received(product.id, "SECOND1", expires_on=in_days(watch, DAYS_HERE + 60))
    used_steadily(watch, (first, second), 20_000_000)
    told = rows(horizon(clients))
    assert told["FIRST1"]["Used"].startswith("used until it lapses on 23 Dec")
    assert told["FIRST1"]["Used"].endswith("7 mL a week, over 20 days")
    assert told["FIRST1"]["Will lapse"] == "2.1 of 4 containers"
    assert told["FIRST1"]["Costs"] == "25.30 EUR about 10.542 mL of it: 25.30 EUR"
    assert told["SECOND1"]["Used"].startswith("used up by 7 Jan 2027")
    assert (told["SECOND1"]["Will lapse"], told["SECOND1"]["Costs"]) == (
        "nothing",
        "0.00 EUR Nothing will be lost.",
    )


def test_an_open_vial_is_used_first(clients, watch):
    product = a_product()
    lot = received(product.id, "FIRST1", expires_on=in_days(watch, DAYS_HERE + 9), containers=4)
    used_steadily(watch, (lot,), 10_000_000)
    before = rows(horizon(clients))["FIRST1"]
    opened(lot)
    after = rows(horizon(clients))["FIRST1"]
    assert (before["Will lapse"], after["Will lapse"]) == ("1.1 of 2 containers", "1 of 1 container")


def test_unknown_use_and_unknown_price_stay_unknown_and_what_expired_is_lost(clients, watch):
    product = a_product()
    received(product.id, "YOUNG1", expires_on=in_days(watch, 20))
    told = rows(horizon(clients))["YOUNG1"]
    assert (told["Used"], told["Will lapse"]) == ("unknownuse unknown", "unknown")
    assert told["Costs"].startswith("unknown How fast")
    watch.move(days=21)
    told = rows(horizon(clients))["YOUNG1"]
    assert (told["Used"], told["Will lapse"]) == (
        "not used any morenothing used in 21 days",
        "3 of 3 containers",
    )
    assert "no price in EUR is on record" in told["Costs"]
    page = horizon(clients)
    assert "Of 1 lot nobody can say what it costs." in words(page)


def test_what_is_held_is_projected_by_nobody(clients, watch):
    lot = received(a_product().id, "HELD1", expires_on=in_days(watch, DAYS_HERE + 9))
    used_steadily(watch, (lot,), 5_000_000)
    held("lot", lot.id, source="recall R-7")
    told = rows(horizon(clients))["HELD1"]
    assert (told["Will lapse"], told["How it stands"]) == ("unknown", "held: recall R-7")
    assert "Nobody can say while it is held: recall R-7." in told["Costs"]


def test_what_left_is_on_no_horizon(clients):
    lot = a_lot(number="LEFT1", containers=1, expires_on=date(2026, 12, 1))
    moved(lot, "storage", "waste", "5 mL", reason="broken")
    assert horizon(clients).h1 == "Nothing expires in this time"


def test_what_lies_in_quarantine_or_is_on_its_way_is_shown_and_projected_by_nobody(clients, watch):
    for number, kind in (("APART1", "quarantine"), ("AWAY1", "in_transit"), ("LATER1", "quarantine")):
        days = 400 if number == "LATER1" else 40
        lot = a_lot(number=number, containers=0, expires_on=in_days(watch, days))
        some_stock(lot, 5_000_000, kind=kind)
    watch.move(days=DAYS_HERE)
    told = rows(horizon(clients))
    assert {number: (line["Will lapse"], line["How it stands"]) for number, line in told.items()} == {
        "APART1": ("unknown", "in quarantine"),
        "AWAY1": ("unknown", "in transit"),
    }
    assert "Nobody can say while it is in transit." in told["AWAY1"]["Costs"]


def test_a_look_ahead_that_nobody_offers_is_refused(clients):
    assert clients("auditor").get("/expiry?ahead=9999").status_code == 422


def test_of_a_lot_that_is_partly_held_nobody_can_say_what_will_be_lost(clients, watch):
    lot = received(a_product().id, "FIRST1", expires_on=in_days(watch, DAYS_HERE + 30), containers=8)
    other = another_shelf(lot, 15_000_000)
    used_steadily(watch, (lot,), 20_000_000)
    assert rows(horizon(clients))["FIRST1"]["Will lapse"] == "nothing"
    held("place", other.id)
    told = rows(horizon(clients))["FIRST1"]
    assert (told["Will lapse"], told["Used"].startswith("unknown")) == ("unknown", True)
    assert "Nobody can say while part of it is held" in told["Costs"]


def test_what_is_reserved_will_be_used_and_counts_as_any_other(clients, watch):
    lot = received(a_product().id, "FIRST1", expires_on=in_days(watch, DAYS_HERE + 9), containers=4)
    used_steadily(watch, (lot,), 10_000_000)
    reserved(lot, 10_000_000)
    assert rows(horizon(clients))["FIRST1"]["Will lapse"] == "1.1 of 2 containers"
