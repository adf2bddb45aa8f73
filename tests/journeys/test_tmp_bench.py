"""Tmp: pictures of the bench."""

import pytest
from tests.support.road import a_verified_cocktail
from tests.support.browser import PHONE
from tests.support.builders import gtin_of
from formulary.web import gs1
from formulary.catalogue import queries as catalogue
from formulary.stock import queries as shelf


def code(name, number, expiry="271130"):
    product = next(p for p in catalogue.products() if p.name == name)
    gtin = sorted(c.gtin for c in catalogue.product(product.id).codes)[0]
    return f"01{gtin}17{expiry}10{number}"


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("screen", ["desk", "phone"])
def test_shots(clinic, patient, formula, browse, screen):
    v = a_verified_cocktail(clinic, patient, formula)
    t = browse("technician", screen=PHONE) if screen == "phone" else browse("technician")
    n = [0]

    def shot(name):
        n[0] += 1
        t.shot(f"{screen}-{n[0]:02d}-{name}")
        try:
            t.fits()
            t.is_accessible()
        except AssertionError as e:
            print(screen, name, "!!", e)

    t.open("/preparations/")
    shot("index")
    t.open(f"/preparations/cocktails/{v.id}")
    shot("claim")
    t.press("Start preparing")
    t.sees("step 1 of 4")
    shot("scan")
    t.scan(code("sodium chloride 0.9%", "NACL-1"))
    t.sees("Wrong product")
    shot("wrong")
    t.scan(code("tranexamic acid", "TXA-2231"))
    t.sees("the right vial")
    shot("draw")
    t.page.get_by_role("button", name="What to draw").hover()
    shot("explained")
    t.page.keyboard.press("F2")
    t.sees("What comes next")
    shot("another")
    t.follow("Leave it as it is")
    t.sees("the right vial")
    t.fill("Measured in the syringe", "0.3")
    t.page.keyboard.press("Enter")
    t.sees("Keep it as measured")
    shot("deviation")
    t.fill("Measured in the syringe", "0.2")
    t.page.keyboard.press("Enter")
    t.sees("step 2 of 4")
    shot("step2")
    t.page.keyboard.press("F4")
    t.sees("cannot be read")
    shot("byhand")
    t.follow("Back to scanning")
    t.scan(code("ascorbic acid (unapproved marketed vial)", "ASC-5007"))
    t.sees("the right vial")
    t.fill("Measured in the syringe", "0.3")
    t.page.keyboard.press("Enter")
    t.sees("step 3 of 4")
    t.follow("Take back the last draw")
    shot("undo")
    t.follow("Leave it as it is")
    t.scan(code("glutathione (reduced) lyophilised 600 mg", "GSH-0600"))
    t.sees("Mix the powder")
    shot("mix")
    t.scan(code("water for injections", "WFI-1"))
    t.sees("WFI-1")
    shot("mix-scanned")
    t.fill("Volume added", "4")
    t.press("It is mixed")
    t.sees("0.67")
    shot("mixed-draw")
    t.fill("Measured in the syringe", "0.67")
    t.page.keyboard.press("Enter")
    t.sees("step 4 of 4")
    t.scan(code("sodium chloride 0.9%", "NACL-1"))
    t.sees("Draw up to the mark")
    shot("mark")
    t.fill("Measured in the syringe", "5")
    t.page.keyboard.press("Enter")
    t.sees("Finish")
    shot("finish")
    t.press("Finish")
    t.sees("Release")
    shot("release-tech")
    p = browse("pharmacist", screen=PHONE) if screen == "phone" else browse("pharmacist")
    p.open(t.page.url.replace(p.address, ""))
    t2, t = t, p
    shot("release")
    for w in ("clear", "free of particles", "colour as expected", "container and label whole"):
        p.tick(w)
    p.press("Release")
    p.sees("Print the label")
    shot("released")
    p.page.get_by_role("link", name="Bench").first.click()
    shot("index2")
