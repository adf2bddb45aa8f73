"""Composing in a real browser: figures follow what is typed, findings appear, one signs by keyboard."""

import pytest
from playwright.sync_api import expect

from formulary import clock
from formulary.cocktails import actions as cocktails
from formulary.db import transaction
from tests.support.browser import PHONE
from tests.support.builders.accounts import PASSWORD


@pytest.fixture
def draft(clinic, patient, formula):
    with transaction():
        return cocktails.create_draft(
            patient.id, formula_version_id=formula.id, at=clock.now(), by=clinic.actor("practitioner")
        )


@pytest.mark.databases("sqlite")  # what the browser shows does not depend on the database
def test_figures_follow_what_is_typed(draft, browse):
    doctor = browse("practitioner")
    doctor.open(f"/cocktails/{draft.id}/compose")
    doctor.shot("compose-ready")
    doctor.fits()
    doctor.is_accessible()
    doctor.page.get_by_label("Amount of tranexamic acid").fill("40")
    doctor.sees("before it is signed")
    doctor.shot("compose-findings")
    doctor.is_accessible()


@pytest.mark.databases("sqlite")  # what the browser shows does not depend on the database
def test_a_dose_is_typed_and_the_cocktail_signed_by_keyboard_alone(draft, browse):
    doctor = browse("practitioner")
    doctor.open(f"/cocktails/{draft.id}/compose")
    keys = doctor.page.keyboard
    tabbed_to(doctor, "lines-0-value")
    keys.press("Control+A")
    keys.type("4.1")
    doctor.sees("20.5")
    asked: list[str] = []
    doctor.page.on("request", lambda request: asked.append(request.url))
    tabbed_to(doctor, "own_secret")
    keys.type(PASSWORD)
    tabbed_to(doctor, "sign")
    keys.press("Enter")
    doctor.sees("waits for verification")
    assert not [url for url in asked if url.endswith("/preview")], "a password asks for no figures"


@pytest.mark.databases("sqlite")  # what the browser shows does not depend on the database
def test_a_figure_that_comes_late_does_not_lead_away_from_what_was_sent(draft, browse):
    doctor = browse("practitioner")
    doctor.open(f"/cocktails/{draft.id}/compose")
    figures, sending = held(doctor.page, "**/preview"), held(doctor.page, "**/compose")
    doctor.page.locator("#lines-0-value").fill("4.1")
    until(doctor.page, figures)
    doctor.page.get_by_role("button", name="Save draft").click(no_wait_after=True)
    until(doctor.page, sending)
    figures[0].fulfill(status=204, headers={"HX-Redirect": "/patients/"})
    doctor.page.wait_for_timeout(200)
    sending[0].continue_()
    doctor.sees(f"{draft.code} is saved.")


@pytest.mark.databases("sqlite")  # what the browser shows does not depend on the database
def test_enter_after_the_volume_begins_nothing_where_a_formula_is_to_be_pressed(patient, formula, browse):
    doctor = browse("practitioner")
    doctor.open(f"/cocktails/new/{patient.id}").fill("Volume", "7")
    doctor.page.keyboard.press("Enter")
    doctor.sees("Press a formula, or compose line by line.").is_accessible()
    expect(doctor.field("Volume")).to_have_value("7")
    doctor.press(str(formula)).page.wait_for_url("**/compose")


@pytest.mark.databases("sqlite")  # what the browser shows does not depend on the database
def test_a_wristband_scanned_where_a_password_is_waited_for_opens_the_patient(draft, patient, browse):
    doctor = browse("practitioner")
    doctor.open(f"/cocktails/{draft.id}/compose")
    expect(doctor.page.locator("#own_secret")).to_be_focused()
    sent: list[str] = []
    doctor.page.on("request", lambda request: sent.append(f"{request.url} {request.post_data}"))
    doctor.scan(f"FML1:{patient.code}")
    doctor.page.wait_for_url(f"**/patients/{patient.id}")
    assert not [told for told in sent if "/compose" in told or "own_secret" in told]


def held(page, address):
    """What the browser asks at this address from now on, each waiting for its answer."""
    asked = []

    def keep(route):
        asked.append(route)

    page.route(address, keep)
    return asked


def until(page, come):
    """Wait until the browser has asked."""
    for _ in range(600):
        if come:
            return
        page.wait_for_timeout(50)
    raise AssertionError("the browser asked for nothing")


def tabbed_to(person, wanted):
    """Press Tab until what is wanted has the focus, by its id or its words."""
    for _ in range(120):
        person.page.keyboard.press("Tab")
        focused = person.page.evaluate("[document.activeElement.id, document.activeElement.innerText.trim()]")
        if wanted in focused:
            return
    raise AssertionError(f"Tab does not lead to {wanted}")


@pytest.mark.databases("sqlite")  # what the browser shows does not depend on the database
def test_composing_fits_a_phone(draft, browse):
    doctor = browse("practitioner", screen=PHONE)
    doctor.open(f"/cocktails/{draft.id}/compose")
    doctor.shot("compose-phone")
    doctor.fits()
    doctor.is_accessible()


@pytest.mark.databases("sqlite")  # what the browser shows does not depend on the database
def test_a_sentence_beside_a_stop_stays_as_it_is_typed(draft, browse):
    doctor = browse("practitioner")
    doctor.open(f"/cocktails/{draft.id}/compose")
    doctor.page.get_by_label("Amount of tranexamic acid").fill("40")
    doctor.sees("before it is signed")
    words = doctor.page.get_by_label("In your own words").first
    words.press_sequentially("Tolerated twice in spring.", delay=40)
    doctor.page.wait_for_timeout(600)
    expect(doctor.page.locator("#preview.stale")).to_have_count(0)
    expect(words).to_have_value("Tolerated twice in spring.")
