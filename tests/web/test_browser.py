"""The pages in a real browser: no violation of accessibility, keys, focus, stale figures, narrow screens."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.house import ROOT

AXE = (ROOT / "tests/assets/axe/axe.min.js").read_text(encoding="utf-8")
SHOWN = ["/everything", "/parts", "/bench", "/raise/404", "/raise/stale", "/raise/busy"]

CLEAR_OF_THE_BAR = """() => {
    const bar = document.querySelector(".act-bar").getBoundingClientRect();
    const field = document.querySelector("#word").getBoundingClientRect();
    return document.activeElement.id === "word" && (field.bottom <= bar.top || field.top >= bar.bottom);
}"""


def violations(page: Page) -> list[str]:
    page.evaluate(AXE)
    found = page.evaluate("axe.run()")["violations"]
    return [f"{fault['id']}: {fault['nodes'][0]['html'][:200]}" for fault in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_pages_are_accessible_and_fit(browser: Browser, house: str, scheme: str, width: int) -> None:
    context = browser.new_context(
        base_url=house, color_scheme=scheme, viewport={"width": width, "height": 844}
    )
    opened = context.new_page()
    for path in SHOWN:
        opened.goto(path)
        assert violations(opened) == [], path
        assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    context.close()


def test_a_refused_form_is_accessible_and_has_the_focus_on_its_summary(page: Page) -> None:
    page.goto("/everything")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".error-summary")).to_be_focused()
    assert violations(page) == []
    page.get_by_role("link", name="Name is not filled in").click()
    expect(page.locator("#name")).to_be_focused()


def test_a_key_presses_the_button_it_is_printed_on(page: Page) -> None:
    page.goto("/bench")
    page.evaluate("document.getElementById('f2').addEventListener('click', () => document.title = 'pressed')")
    page.keyboard.press("Shift+F2")
    assert page.title() == "Bench · Formulary"
    page.keyboard.press("F2")
    assert page.title() == "pressed"


def test_a_disabled_button_is_not_pressed_by_its_key(page: Page) -> None:
    page.goto("/bench")
    page.locator("#f2").evaluate(
        "b => { b.disabled = true; b.addEventListener('click', () => { document.title = 'pressed' }) }"
    )
    page.keyboard.press("F2")
    assert page.title() == "Bench · Formulary"


def test_a_figure_is_greyed_until_the_answer_to_the_last_key(page: Page) -> None:
    page.goto("/bench")
    held = []
    page.route("**/preview", lambda route: held.append(route))  # noqa: PLW0108 - a builtin cannot be a handler
    with page.expect_request("**/preview"):
        page.locator("#amount").press("5")
    expect(page.locator("#preview")).to_have_class("stale")
    expect(page.locator("#preview")).to_have_attribute("aria-busy", "true")
    (only,) = held
    only.continue_()
    expect(page.locator("#preview")).to_have_text("5 mg")
    expect(page.locator("#preview")).not_to_have_class("stale")


def test_a_live_form_also_works_as_a_plain_one(page: Page, house: str) -> None:
    context = page.context.browser.new_context(base_url=house, java_script_enabled=False)
    plain = context.new_page()
    plain.goto("/bench")
    plain.locator("#amount").fill("7")
    plain.locator("#amount").press("Enter")
    plain.wait_for_url("**/preview")
    text = plain.locator("#preview").inner_text()
    context.close()
    assert text == "7 mg"


def test_an_explanation_opens_by_focus_and_by_hover_and_goes_by_escape(page: Page) -> None:
    page.goto("/parts")
    number, words = page.locator(".explain-number"), page.locator(".explain-words")
    expect(words).to_be_hidden()
    number.focus()
    expect(words).to_be_visible()
    page.keyboard.press("Escape")
    expect(words).to_be_hidden()
    page.locator("h1").click()
    number.hover()
    expect(words).to_be_visible()
    words.hover()
    expect(words).to_be_visible()


def test_the_menu_of_who_is_signed_in_opens_without_script(page: Page, house: str) -> None:
    context = page.context.browser.new_context(base_url=house, java_script_enabled=False)
    plain = context.new_page()
    plain.goto("/parts")
    plain.locator(".who").click()
    plain.get_by_role("button", name="Sign out").click()
    plain.wait_for_url("**/sign-out")
    context.close()


def test_all_places_can_be_reached_on_a_phone(browser: Browser, house: str) -> None:
    context = browser.new_context(base_url=house, viewport={"width": 390, "height": 844})
    phone = context.new_page()
    phone.goto("/everything")
    phone.locator(".rail-more summary").click()
    phone.locator(".rail-item", has_text="Recalls").click()
    phone.wait_for_url("**/parts")
    context.close()


def test_focus_is_never_hidden_by_the_bars(page: Page) -> None:
    page.goto("/everything", wait_until="networkidle")  # what is drawn late moves the field once more
    page.locator("#word").focus()
    page.wait_for_function(CLEAR_OF_THE_BAR)
