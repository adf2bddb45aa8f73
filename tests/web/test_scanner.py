"""A scanner types into a real browser: nothing is lost, nothing lands where it does not belong."""

import re

import pytest
from playwright.sync_api import Page, expect

GTIN = "09506000134352"
HEAD = f"]d201{GTIN}1727123110LOT-7/A"
WHOLE = f"{HEAD}\x1d21SER99"


@pytest.fixture(autouse=True)
def _patient(page: Page) -> None:
    """Give the keys of a test machine under load four times the time a scanner takes."""
    page.add_init_script(
        "document.addEventListener('DOMContentLoaded', () => Object.assign(document.body.dataset,"
        " {scanPace: '140', scanIdle: '600'}))"
    )


def scan(page: Page, separator: str, end: str | None = "Enter") -> None:
    page.keyboard.type(HEAD)
    if separator == "Control+]":
        page.keyboard.press(separator)
    else:
        page.keyboard.down("Alt")
        for digit in "029":
            page.keyboard.press(digit)
        page.keyboard.up("Alt")
    page.keyboard.type("21SER99")
    if end:
        page.keyboard.press(end)


def answer(page: Page) -> str:
    page.wait_for_url("**/find")
    return page.locator("body").inner_text()


def whole(code: str = WHOLE) -> str:
    return f"q={code!r} captured='1'"


@pytest.mark.parametrize("separator", ["Control+]", "Alt+029"])
@pytest.mark.parametrize("end", ["Enter", "Tab"])
def test_a_scan_into_the_scan_box_keeps_its_separator(page: Page, separator: str, end: str) -> None:
    page.goto("/parts")
    page.locator(".topbar input[type=search]").focus()
    scan(page, separator, end)
    assert answer(page) == whole()


@pytest.mark.parametrize("separator", ["Control+]", "Alt+029"])
def test_a_scan_with_the_focus_nowhere_finds_the_scan_field(page: Page, separator: str) -> None:
    page.goto("/bench")
    scan(page, separator)
    assert answer(page) == whole()


@pytest.mark.parametrize("field", ["#amount", "#volume"])
def test_a_scan_never_lands_in_a_number_field(page: Page, field: str) -> None:
    page.goto("/bench")
    page.locator(field).fill("0.5")
    page.locator(field).focus()
    scan(page, "Control+]", end=None)
    expect(page.locator("#vial")).to_have_value(WHOLE)
    expect(page.locator(field)).to_have_value("0.5")


def test_a_scan_never_changes_what_is_chosen(page: Page) -> None:
    page.goto("/bench")
    page.locator("#product").select_option("2")
    page.locator("#product").focus()
    page.keyboard.type("tttttttttttt" + HEAD)
    expect(page.locator("#product")).to_have_value("2")


def test_a_scan_never_presses_a_button(page: Page) -> None:
    page.goto("/bench")
    page.evaluate("document.getElementById('f2').addEventListener('click', () => document.title = 'pressed')")
    page.locator("#f2").focus()
    scan(page, "Control+]")
    assert answer(page) == whole()
    assert page.title() != "pressed"


def test_a_scanner_without_a_suffix_fills_the_field_and_waits(page: Page) -> None:
    page.goto("/bench")
    scan(page, "Control+]", end=None)
    expect(page.locator("#vial")).to_have_value(WHOLE)
    expect(page.locator("main input[name=q-captured]")).to_have_value("1")
    expect(page.locator("#vial")).to_be_focused()
    assert page.url.endswith("/bench")


def test_a_scan_takes_the_place_of_an_older_one(page: Page) -> None:
    page.goto("/bench")
    page.locator("#vial").fill("L2231")
    page.locator("#vial").focus()
    scan(page, "Control+]")
    assert answer(page) == whole()


def test_slow_typing_is_left_alone(page: Page) -> None:
    page.goto("/bench")
    page.locator("#amount").focus()
    page.keyboard.type("123456789", delay=200)
    expect(page.locator("#amount")).to_have_value("123456789")
    expect(page.locator("#vial")).to_have_value("")


def test_slow_typing_into_the_scan_field_is_not_called_a_scan(page: Page) -> None:
    page.goto("/bench")
    page.locator("#vial").focus()
    page.keyboard.type("L2231-ABCD", delay=200)
    page.keyboard.press("Enter")
    assert answer(page) == "q='L2231-ABCD' captured=''"


def test_a_text_field_keeps_what_is_typed_into_it_however_fast(page: Page) -> None:
    page.goto("/bench")
    page.locator("#name").focus()
    page.keyboard.type("correct horse battery staple")
    page.keyboard.press("Tab")
    expect(page.locator("#name")).to_have_value("correct horse battery staple")
    expect(page.locator("#vial")).to_have_value("")


@pytest.mark.parametrize("code", [HEAD, "]d2FML1:P-12", "FML1:C-1842/1.1", f"01{GTIN}10LOT-7"])
def test_a_scan_into_a_password_goes_to_the_scan_field(page: Page, code: str) -> None:
    page.goto("/bench")
    page.locator("#word").fill("half of it")
    page.locator("#word").focus()
    page.keyboard.type(code)
    expect(page.locator("#vial")).to_have_value(code)
    expect(page.locator("#word")).to_have_value("half of it")


def test_a_scan_that_begins_with_a_separator_goes_to_the_scan_field_too(page: Page) -> None:
    page.goto("/bench")
    page.locator("#word").focus()
    page.keyboard.press("Control+]")
    page.keyboard.type("10LOT-7")
    page.keyboard.press("Control+]")
    page.keyboard.type("21SN00A1")
    expect(page.locator("#vial")).to_have_value(re.compile("10LOT-7.21SN00A1$"))
    expect(page.locator("#word")).to_have_value("")


def test_the_enter_of_a_scanner_does_not_send_a_password(page: Page) -> None:
    page.goto("/bench")
    page.locator("#word").focus()
    scan(page, "Control+]")
    assert answer(page) == whole()


@pytest.mark.parametrize("password", ["correct horse battery 0912", "0912correct", "01]d2FML1:horse"])
def test_a_password_arrives_however_fast_it_is_typed(page: Page, password: str) -> None:
    page.goto("/bench")
    page.locator("#word").focus()
    page.keyboard.type(password)
    expect(page.locator("#word")).to_have_value(password)
    expect(page.locator("#vial")).to_have_value("")
    page.keyboard.press("Enter")
    page.wait_for_url("**/parts?word=*")


def test_a_value_changed_by_hand_is_no_longer_a_captured_one(page: Page) -> None:
    page.goto("/bench")
    scan(page, "Control+]", end=None)
    expect(page.locator("main input[name=q-captured]")).to_have_value("1")
    page.locator("#vial").press("Backspace")
    expect(page.locator("main input[name=q-captured]")).to_have_value("")


def test_a_pasted_code_keeps_its_separators_and_is_not_captured(page: Page) -> None:
    page.goto("/bench")
    page.locator("#vial").focus()
    page.evaluate(
        """code => {const data = new DataTransfer(); data.setData('text', code + '\\r\\n');
        const pasted = {clipboardData: data, bubbles: true, cancelable: true};
        document.activeElement.dispatchEvent(new ClipboardEvent('paste', pasted));}""",
        WHOLE,
    )
    expect(page.locator("#vial")).to_have_value(WHOLE)
    page.keyboard.press("Enter")
    assert answer(page) == f"q={WHOLE!r} captured=''"


def test_a_slash_goes_to_the_scan_field(page: Page) -> None:
    page.goto("/parts")
    page.keyboard.press("/")
    expect(page.locator(".topbar input[type=search]")).to_be_focused()
    expect(page.locator(".topbar input[type=search]")).to_have_value("")


def test_a_slash_in_a_text_stays_there(page: Page) -> None:
    page.goto("/bench")
    page.locator("#name").focus()
    page.keyboard.type("1/2", delay=200)
    expect(page.locator("#name")).to_have_value("1/2")


def test_without_script_the_scan_field_is_a_plain_field(page: Page, house: str) -> None:
    context = page.context.browser.new_context(base_url=house, java_script_enabled=False)
    plain = context.new_page()
    plain.goto("/bench")
    plain.locator("#vial").fill(f"[01]{GTIN}[10]L1")
    plain.locator("#vial").press("Enter")
    plain.wait_for_url("**/find")
    text = plain.locator("body").inner_text()
    context.close()
    assert text == f"q='[01]{GTIN}[10]L1' captured=''"


KEYS = """async ([id, code, pause]) => {
  document.body.removeAttribute('data-scan-pace'); document.body.removeAttribute('data-scan-idle');
  const field = document.getElementById(id); field.focus();
  for (const key of code) {
    field.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
    if (pause) await new Promise(done => setTimeout(done, pause));
  }
  await new Promise(done => setTimeout(done, 250));
  return document.getElementById('vial').value;
}"""


@pytest.mark.parametrize(("pause", "taken"), [(0, True), (60, False), (130, False)])
def test_the_usual_settings_tell_a_scanner_from_a_hand(page: Page, pause: int, taken: bool) -> None:
    page.goto("/bench")
    assert page.evaluate(KEYS, ["amount", "FML1:V-0417", pause]) == ("FML1:V-0417" if taken else "")


@pytest.mark.parametrize("field", ["word", "name"])
def test_what_a_manager_types_is_not_shown_in_the_scan_field_when_it_stops(page: Page, field: str) -> None:
    page.goto("/bench")
    assert page.evaluate(KEYS, [field, "correct horse battery", 0]) == ""


def test_the_server_reads_what_the_scanner_typed(page: Page) -> None:
    page.goto("/everything")
    page.locator("#scan").focus()
    scan(page, "Control+]")
    page.wait_for_load_state()
    expect(page.locator("#scan")).to_have_value(WHOLE)
    expect(page.locator("main input[name=scan-captured]")).to_have_value("1")
    assert re.search("/everything$", page.url)
