"""A patch test that turns positive, in a browser: what it bars wherever one composes, and what it leaves."""

import pytest
from playwright.sync_api import expect

from tests.support.browser import Person
from tests.support.stages import Road, road

__all__ = ["road"]
pytestmark = pytest.mark.databases("sqlite")  # what a browser shows does not depend on the database

VITAMIN_C = "ascorbic acid (unapproved marketed vial)"
OTHER_FORM = "ascorbic acid (Ascor)"


def test_a_component_read_positive_bars_every_mixture_with_it(road: Road, browse, watch):
    road.ready()
    patient, formula = road.patient.id, road.formula_id
    doctor = browse("practitioner")
    test = applied(doctor, patient)
    watch.move(hours=48)
    doctor.sign_in().page.goto(test)
    read_by_keyboard(doctor)
    composed(doctor, patient, formula)
    doctor.open(f"/patients/{patient}")
    doctor.sees("ascorbic acid: barred, positive 26 Nov 2026").is_accessible().shot("positive-patient")


def applied(doctor: Person, patient: int) -> str:
    """Two ingredients and saline beside them on the forearm; returns the test's address."""
    doctor.open(f"/patch-tests/of/{patient}/apply")
    for number, words in enumerate(("lot TXA-2231, Shelf", "lot ASC-5007, Shelf")):
        picked(doctor, f"#spots-{number}-source", words)
        doctor.page.locator(f"#spots-{number}-volume").fill("0.02")
    picked(doctor, "#spots-2-source", "A control that is not kept in the stock")
    doctor.page.locator("#spots-2-role").select_option("negative")
    doctor.fill("Where on the body", "Left forearm").press("Record the test").sees("Enter what you see")
    return doctor.page.url


def read_by_keyboard(doctor: Person) -> None:
    """Nothing, ++ and nothing on the saline, by Tab and arrows alone; Enter records."""
    keys = doctor.page.keyboard
    doctor.page.locator("select[id$=-grade]").first.focus()
    for times in (1, 4, 1):
        for _ in range(times):
            keys.press("ArrowDown")
        keys.press("Tab")
    keys.press("Enter")
    doctor.shot("positive-read")
    doctor.sees("positive on 26 Nov 2026").is_accessible()


def composed(doctor: Person, patient: int, formula: int) -> None:
    """Barred in the clinic's formula and in another product of it; what is left is barred by none."""
    doctor.open(f"/cocktails/new/{patient}")
    doctor.page.locator(f"button[name=formula_version_id][value='{formula}']").click()
    doctor.sees(f"Ascorbic acid: the patch test was positive on 26 Nov 2026: T-2, {VITAMIN_C}.")
    doctor.sees("What blocks must be mended first.").is_accessible().shot("positive-compose")
    picked(doctor, "#add", OTHER_FORM)
    doctor.press("Add the line")
    barred(doctor, 2)
    for left in (1, 0):
        doctor.press("Leave out ascorbic acid")
        barred(doctor, left)
    expect(doctor.page.locator(".lines")).to_contain_text("patch test negative 23 Nov 2026")


def barred(doctor: Person, lines: int) -> None:
    """So many lines are blocked by a positive test."""
    expect(doctor.page.locator(".finding-head .code", has_text="patch_test.positive")).to_have_count(lines)


def picked(doctor: Person, selector: str, words: str) -> None:
    """Choose the option that holds these words."""
    option = doctor.page.locator(selector).locator("option").filter(has_text=words).first
    doctor.page.locator(selector).select_option(option.get_attribute("value"))
