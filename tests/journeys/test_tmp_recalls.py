"""Pictures only."""

import pytest
from tests.support.browser import PHONE
from tests.support.road import a_closed_session, a_prescription, a_released_attempt


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("screen", ["desk", "phone"])
def test_shots(clinic, patient, formula, browse, screen, watch):
    a_closed_session(clinic, patient, formula)
    more = {"screen": PHONE} if screen == "phone" else {}
    who = browse("recall", **more)

    def look(person, name):
        person.page.wait_for_load_state("networkidle")
        person.shot(f"{name}-{screen}")
        for what in ("is_accessible", "fits"):
            try:
                getattr(person, what)()
            except AssertionError as fault:
                print(name, what, fault)

    who.open("/recalls/")
    look(who, "recalls-index")
    who.page.locator("main input[name=q]").fill("txa 2231")
    who.press("Look up")
    look(who, "recalls-answer")
    who.follow("Hold this lot")
    look(who, "recalls-hold")
    who.fill("Why", "Maker's notice")
    who.fill("Who says so", "recall R-7")
    who.press("Place the hold")
    look(who, "recalls-held")
    who.open("/recalls/")
    who.page.locator("main input[name=q]").fill("TXA-223l")
    who.press("Look up")
    look(who, "recalls-offered")
    who.open("/")
    look(who, "today-recall")
    for name in ("pharmacist", "practitioner", "admin", "technician"):
        p = browse(name, **more)
        p.open("/")
        look(p, f"today-{name}")
    p = browse("pharmacist")
    p.open("/vials")
    look(p, "vials")
    p.open("/expiry")
    look(p, "expiry")
    p.page.keyboard.press("/")
    p.page.keyboard.type("tranexam")
    p.page.keyboard.press("Enter")
    p.page.wait_for_load_state("networkidle")
    look(p, "find")
    p.page.keyboard.press("/")
    p.page.keyboard.type("nothing at all")
    p.page.keyboard.press("Enter")
    p.page.wait_for_load_state("networkidle")
    look(p, "find-none")
    print(p.page.url)
    assert 0
