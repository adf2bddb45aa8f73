"""Mixing a powder in a browser: what limits the preparation is told whole on a small screen too."""

import pytest

from tests.preparations.doing import do_step, scan
from tests.support.browser import DESK, PHONE
from tests.support.stages import road

__all__ = ["road"]
pytestmark = pytest.mark.databases("sqlite")  # what a browser shows does not depend on the database


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_the_step_of_a_powder_fits_its_screen(browse, road, screen):
    attempt = road.claimed()
    do_step(attempt, 1)
    do_step(attempt, 2)
    scan(attempt, 3)
    person = browse("technician", screen=screen).open(f"/preparations/{attempt.id}")
    person.sees("limited by").sees("It is mixed").page.wait_for_load_state("load")
    person.is_accessible().fits().shot(f"mixing_{screen[0]}")
