"""A recall drill by keyboard alone, from signing in to the filed result: keys and time are counted."""

from __future__ import annotations

import re
import time

import pytest

from formulary.recalls import queries
from tests.journeys.conftest import Browse
from tests.recalls.doing import a_session, opened
from tests.support.builders import a_lot, a_patient, a_product
from tests.support.builders.accounts import PASSWORD
from tests.support.hands import Hands

pytestmark = pytest.mark.databases("sqlite")  # what the browser shows does not depend on the database

LOT = "TX-2231"
TWO_MINUTES, A_KEY = 120, 1
"""Seconds: somebody who presses one key a second is slow, and thinks meanwhile."""


@pytest.fixture
def used_lot(cast: object) -> None:
    """A lot of which one patient received, and a vial of it that is open."""
    vial = opened(a_lot(a_product(name="Tranexamic acid 100 mg/mL", content="5 mL"), number=LOT))
    a_session(a_patient(name="Anna Kovac"), (vial, "0.5 mL"))


def test_from_signing_in_to_the_filed_drill(used_lot: None, browse: Browse) -> None:
    hands, begun = Hands(browse().open("/accounts/sign-in")), time.monotonic()
    hands.type("recall").press("Tab").type(PASSWORD).press("Enter").sees("Recalls")
    hands.tab_to("Recalls").press("Enter").on("Who was touched by a lot?")
    hands.press("F4").on("Recall drills").press("F2").on("Start a drill")
    hands.type(LOT).press("F9").sees("The stopwatch runs")
    for step, said in STEPS.items():
        hands.press("F9").on(step).press("F9").sees(said)
    took, keys = time.monotonic() - begun, hands.keys - len(PASSWORD)
    print(f"\na drill: {keys} keys and a password, {took:.1f} s in a browser that does not think")
    [drill] = queries.drills()
    assert (drill.result.patients, drill.lot.number, drill.case.state) == (1, LOT, "closed")
    assert keys * A_KEY < TWO_MINUTES


STEPS = {
    "Freeze the list": "The list is frozen.",
    "Stop its lots": re.compile("Its lots are stopped"),
    "File the drill": "The drill is filed.",
}
