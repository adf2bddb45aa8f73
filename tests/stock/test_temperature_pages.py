"""The pages of temperatures: a place's curve and readings, its range, a correction."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.stock.test_temperature import corrected, ranged, read
from tests.support.builders import the_place
from tests.support.client import Client
from tests.support.counting import counting_queries
from tests.support.pages import Page
from tests.support.world import Cast

As = Callable[[str], Client]


def words(page: Page) -> str:
    return page.text.replace("\xa0", " ")


def url() -> str:
    return f"/stock/places/{the_place().id}/temperature"


def test_a_reading_is_typed_and_a_place_without_a_range_is_never_fine(clients: As, cast: Cast) -> None:
    page = clients("technician").post_ok(url(), {"tenths": "4.5"})
    assert "4.5 °C is on record for Shelf." in words(page)
    assert "unknown range" in words(page)
    assert "within the range" not in words(page)


def test_a_range_is_stated_on_the_page_of_places_and_makes_excursions(clients: As, cast: Cast) -> None:
    read(cast, 91, 5)
    admin = clients("admin")
    target = admin.get_ok("/stock/places").links["Range of Shelf"]
    answers = {"low_tenths": "2", "high_tenths": "8", "reading_every": "60", "reason": "its manual"}
    assert "2 to 8 °C" in words(admin.post_ok(target, answers))
    page = words(clients("pharmacist").get_ok(url()))
    assert "too warm" in page
    assert "no reading within the range since" in page
    assert "The range is 2 to 8 °C." in page


def test_a_correction_keeps_the_wrong_value_on_the_page(clients: As, cast: Cast) -> None:
    ranged(cast)
    corrected(cast, read(cast, 450), 45, "a missing point")
    page = words(clients("pharmacist").get_ok(url()))
    assert "was corrected" in page
    assert "correction: a missing point" in page


@pytest.mark.parametrize(("typed", "says"), [("4,5", "comma"), ("", "Type what the thermometer shows.")])
def test_a_bad_reading_is_told_at_its_field(clients: As, typed: str, says: str) -> None:
    assert says in words(clients("technician").post_refused(url(), {"tenths": typed}))


def test_readings_are_paged_in_as_many_queries(clients: As, cast: Cast) -> None:
    ranged(cast)
    pharmacist = clients("pharmacist")
    read(cast, 50, 100)
    pharmacist.get(url())
    with counting_queries() as few:
        pharmacist.get(url())
    for minute in range(55):
        read(cast, 40 if minute % 2 else 90, minute)
    with counting_queries() as many:
        page = pharmacist.get_ok(url())
    assert len(many) <= len(few), many
    older = words(pharmacist.get_ok(page.links["Older"]))
    assert "5 °C" in older


def test_every_place_is_listed_from_the_stock_page_with_how_it_stands(clients: As, cast: Cast) -> None:
    ranged(cast)
    pharmacist = clients("pharmacist")
    page = pharmacist.get_ok(pharmacist.get_ok("/stock/").links["Temperatures"])
    assert "reading missing" in words(page)
