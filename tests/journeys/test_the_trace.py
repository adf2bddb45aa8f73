"""A recall officer follows a diluent through everything it was mixed into, on the screen and on paper."""

from __future__ import annotations

import pytest

from tests.recalls.doing import a_cocktail, a_session, an_attempt, drawn, given, opened, reconstituted, undone
from tests.support.browser import PHONE
from tests.support.builders import a_lot, a_patient, a_powder, a_product, a_test

PAPER = {"width": 703, "height": 1000}
"""What lies between the margins of an A4 sheet, in CSS pixels."""
EDGES = """[...document.querySelectorAll('svg.trace, svg.trace rect')].map(
    box => box.getBoundingClientRect()).filter(box => box.right > innerWidth || box.left < 0).length"""


@pytest.fixture
def water(app):
    """Nine powders mixed and given, one draw undone, one cocktail being given, a repack, a patch test."""
    powder, water = (a_lot(product, containers=20) for product in (a_powder(), a_product(content="10 mL")))
    for _ in range(9):
        a_session(a_patient(), (reconstituted(opened(powder), water), "1 mL"))
    other = an_attempt(a_cocktail(a_patient(), "verified"))
    undone(drawn(other, reconstituted(opened(powder), water), "0.5 mL"))
    drawn(other, opened(a_lot()), "0.5 mL")
    given(other)
    now = an_attempt(a_cocktail(a_patient(), "administering"), "administering")
    drawn(now, opened(a_lot(water.product, made_from_id=water.id)), "0.3 mL")
    a_test(a_patient(), water)
    return water


# What a page shows does not depend on the database.
@pytest.mark.databases("sqlite")
def test_every_step_fits_the_screen_and_the_sheet(browse, water):
    officer = browse("recall")
    officer.open(f"/recalls/answer?lot={water.id}").follow("Every step")
    officer.sees("Trace of lot").is_accessible().fits().shot("trace")
    officer.page.emulate_media(media="print")
    officer.page.set_viewport_size(PAPER)
    assert officer.page.evaluate(EDGES) == 0, "a box lies beyond the edge of the sheet"


@pytest.mark.databases("sqlite")
def test_every_step_fits_a_phone(browse, water):
    officer = browse("recall", screen=PHONE)
    officer.open(f"/recalls/trace?lot={water.id}").is_accessible().fits().shot("trace-phone")
