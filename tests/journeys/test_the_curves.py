"""Curves over time in a browser: where they are wider than the screen they begin at today, not long ago."""

import pytest

from tests.stock.doing import posted
from tests.stock.test_temperature import read
from tests.support.browser import DESK, PHONE
from tests.support.builders import a_lot, the_place

pytestmark = pytest.mark.databases("sqlite")  # what a browser shows does not depend on the database
ENDS = """() => { const box = document.querySelector('.scroller').getBoundingClientRect();
    const drawn = document.querySelector('.scroller > .pic').getBoundingClientRect();
    return [drawn.left >= box.left, drawn.right <= box.right]; }"""
"""Whether its old end and its new end are to be seen."""


@pytest.fixture
def curves(cast, watch):
    """A product of which something came and went in twenty days, and a place where it was measured."""
    lot = a_lot()
    watch.move(days=20)
    posted(lot, "storage", "patient", 5_000_000)
    for hours in (5, 4, 3):
        read(cast, 40 + hours, hours)
    return {
        "course": f"/stock/products/{lot.product_id}/course",
        "temperature": f"/stock/places/{the_place().id}/temperature",
    }


@pytest.mark.parametrize(
    ("screen", "seen"), [(DESK, [True, True]), (PHONE, [False, True])], ids=["desk", "phone"]
)
@pytest.mark.parametrize("which", ["course", "temperature"])
def test_a_curve_begins_at_today(browse, curves, which, screen, seen):
    person = browse("pharmacist", screen=screen).open(curves[which])
    person.page.wait_for_load_state("load")
    assert person.page.evaluate(ENDS) == seen
    person.is_accessible().fits().shot(f"{which}_{screen[0]}")


def test_its_old_end_is_scrolled_to(browse, curves):
    person = browse("pharmacist", screen=PHONE).open(curves["course"])
    person.page.wait_for_load_state("load")
    person.page.locator(".scroller").evaluate("box => box.scrollBy({left: -9999, behavior: 'instant'})")
    assert person.page.evaluate(ENDS) == [True, False]
