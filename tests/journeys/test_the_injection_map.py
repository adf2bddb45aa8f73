"""The injection map at a real browser: a tap, the keys, a grid, and what is left running along."""

import pytest

from tests.support.stages import Road, road

__all__ = ["road"]
pytestmark = pytest.mark.databases("sqlite")  # what a browser shows does not depend on the database

LEFT = "[data-map-said]"


@pytest.fixture
def doctor(road: Road, browse):
    """The practitioner on the page of a session that has just begun."""
    session = road.started()
    person = browse("practitioner")
    return person.open(f"/administrations/{session.id}")


def test_points_by_tap_by_keys_and_by_grid(doctor):
    doctor.shot("map-begun")
    doctor.page.locator("[data-map]").click(position={"x": 110, "y": 240})
    doctor.sees("1 point, 0.05\N{NO-BREAK SPACE}mL: 4.95\N{NO-BREAK SPACE}mL left")
    picture = doctor.page.locator("[data-map]")
    for key in ("Shift+ArrowRight", "ArrowDown", "Enter", "Enter", "Backspace"):
        picture.press(key)
    doctor.sees("2 points, 0.1\N{NO-BREAK SPACE}mL: 4.9\N{NO-BREAK SPACE}mL left").is_accessible()
    doctor.choose("Area", "Left cheek").fill("Points", "50").fill("Apart", "10")
    doctor.sees("2 points, 2.6\N{NO-BREAK SPACE}mL: 2.4\N{NO-BREAK SPACE}mL left")
    doctor.fill("Gauge", "30").choose("Device", "Syringe").press("Record")
    doctor.sees("2.4\N{NO-BREAK SPACE}mL left to give").sees("30G (thin)").is_accessible().fits()
    assert doctor.page.locator(".map-points circle.point").count() == 52
    doctor.shot("map-recorded")
