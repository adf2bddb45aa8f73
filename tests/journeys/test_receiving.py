"""A delivery at a real browser: the scanner, the shelf, an open vial, a hold; small screens, no scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from formulary.catalogue.models import Product
from formulary.stock.models import Lot, Vial
from tests.journeys.conftest import Browse
from tests.recalls.doing import a_cocktail
from tests.stock.doing import drawn, held, opened, reconstituted
from tests.support.browser import PHONE
from tests.support.builders import (
    a_lot,
    a_patient,
    a_policy,
    a_powder,
    a_product,
    an_ingredient,
    gtin_of,
    the_place,
    the_site,
)

pytestmark = pytest.mark.databases("sqlite")  # what differs between the databases is tested without a browser


@pytest.fixture
def product(app: object) -> Product:
    """A vial of 5 mL in a house that puts first receipts on the shelf."""
    a_policy(the_site(), "first_receipt_quarantine", {"required": False, "source": "house policy"})
    return a_product(
        an_ingredient("tranexamic acid", synonyms=("TXA",)), name="tranexamic acid 100 mg per mL"
    )


def test_a_scanned_pack_is_on_the_shelf_and_open_in_a_few_presses(product: Product, browse: Browse) -> None:
    pharmacist = browse("pharmacist").open("/stock/receive")
    pharmacist.is_accessible().scan(f"01{gtin_of(product)}1727113010L2231\x1d21SER9")
    pharmacist.sees("Receive a delivery: what came")
    assert pharmacist.field("Lot").input_value() == "L2231"
    assert pharmacist.field("Expires").input_value() == "2027-11-30"
    pharmacist.fill("Packs", "20")
    pharmacist.fill("Supplier", "Medisud")
    pharmacist.is_accessible().shot("receive-filled")
    pharmacist.press("Receive")
    pharmacist.sees("20 vials of tranexamic acid 100 mg per mL, lot L2231 lie at Shelf.")
    pharmacist.follow("Open one")
    pharmacist.press("Open it")
    pharmacist.sees(re.compile(r"Vial V-\d{4} is open"))


@pytest.mark.parametrize("name", ["Serial of the pack", "Why it is entered late"])
def test_enter_in_a_field_of_the_page_that_opens_one_opens_it(
    product: Product, browse: Browse, name: str
) -> None:
    pharmacist = browse("pharmacist").open(f"/stock/lots/{a_lot(product).id}/open")
    pharmacist.field(name).fill("SN1")
    pharmacist.field(name).press("Enter")
    pharmacist.sees(re.compile(r"Vial V-\d{4} is open"))


@pytest.mark.parametrize("scripts", [True, False])
def test_a_code_typed_with_enter_is_read_and_the_next_enter_opens(
    product: Product, browse: Browse, scripts: bool
) -> None:
    lot = a_lot(product, number="L2231")
    pharmacist = browse("pharmacist", scripts=scripts).open(f"/stock/lots/{lot.id}/open")
    pharmacist.field("Code on the pack").fill(f"[01]{gtin_of(product)}[10]L2231[21]SN1")
    pharmacist.field("Code on the pack").press("Enter")
    pharmacist.sees("Nothing is opened yet.")
    assert pharmacist.field("Serial of the pack").input_value() == "SN1"
    pharmacist.field("Code on the pack").press("Enter")
    pharmacist.sees(re.compile(r"Vial V-\d{4} is open"))


def test_without_scripts_the_steps_are_the_same(product: Product, browse: Browse) -> None:
    pharmacist = browse("pharmacist", scripts=False).open("/stock/receive")
    pharmacist.field("Code on the pack").fill(f"[01]{gtin_of(product)}[17]271130[10]L2231")
    pharmacist.press("Read")
    pharmacist.sees("Compare these with the pack")
    for words in ("product", "lot", "expiry"):
        pharmacist.tick(f"I compared the {words} with the pack")
    pharmacist.fill("Packs", "2")
    pharmacist.fill("Supplier", "Medisud")
    pharmacist.press("Receive")
    pharmacist.sees("2 vials of tranexamic acid 100 mg per mL, lot L2231 lie at Shelf.")


@pytest.mark.parametrize("screen", [None, PHONE], ids=["desk", "phone"])
def test_every_page_is_accessible_and_fits(
    product: Product, browse: Browse, screen: tuple[int, int] | None
) -> None:
    lot, vial = a_story(product)
    named = {"screen": screen} if screen else {}
    pharmacist = browse("pharmacist", **named)
    pages = {
        "shelf": "/stock/",
        "receive": "/stock/receive?by=hand",
        "lot": f"/stock/lots/{lot.id}",
        "vial": f"/stock/vials/{vial.id}",
        "open": f"/stock/lots/{lot.id}/open",
        "waste": f"/stock/vials/{vial.id}/waste",
        "reconstitute": f"/stock/vials/{vial.id}/reconstitute",
        "hold": f"/stock/hold/lot/{lot.id}",
    }
    for name, url in pages.items():
        pharmacist.open(url).is_accessible().fits().shot(f"stock-{name}-{'phone' if screen else 'desk'}")
    admin = browse("admin", **named)
    for url in ("/stock/places", "/stock/places/add", f"/stock/places/{the_place().id}"):
        admin.open(url).is_accessible().fits()


def a_story(product: Product) -> tuple[Lot, Vial]:
    """A lot with a past: opened, drawn from, held and released; and a mixture."""
    lot = a_lot(product, number="L2231", containers=20)
    a_lot(product, number="L223I")
    drawn(opened(lot), "0.51 mL")
    held("vial", opened(lot).id, source="recall R-7")
    mixture = reconstituted(opened(a_lot(a_powder(), number="GSH-1")), a_lot(number="WFI-1"))
    drawn(mixture, "1 mL", for_patient=7)
    return lot, mixture


def test_a_scan_anywhere_opens_what_was_scanned_and_lands_in_no_number(
    product: Product, browse: Browse
) -> None:
    lot, vial = a_story(product)
    patient = a_patient(name="Anna Kovac")
    cocktail = a_cocktail(patient, "draft")
    pack = f"01{gtin_of(product)}1727113010{lot.number}\x1d21SER9"
    pharmacist = browse("pharmacist")
    shelf = f"FML1:S-{the_place().id}"
    for page, code, seen in (
        ("/stock/", f"FML1:{vial.code}", f"Vial {vial.code}"),
        ("/vials", shelf, "Count this place"),
        ("/expiry", pack, f"Lot {lot.number}"),
        ("/digest", f"FML1:{patient.code}", "Anna Kovac"),
        ("/cocktails/", f"FML1:{cocktail.code}", rf"Cocktail {cocktail.code}, revision 1"),
        ("/patients/", f"FML1:{patient.code}", r"born\s12\sApr\s1985"),
        (f"/stock/products/{product.id}/course", f"FML1:{vial.code}", f"Vial {vial.code}"),
    ):
        pharmacist.open(page).scan(code).sees(re.compile(seen))
    pharmacist.open(f"/stock/lots/{lot.id}/waste").field("Containers").focus()
    pharmacist.scan(pack).sees("Balance sheet")
    pharmacist.open("/stock/").field("Product, lot, place or code").focus()
    pharmacist.scan(pack)
    found = pharmacist.page.locator("tbody th a")
    expect(found).to_have_count(1)
    assert found.inner_text() == lot.number
    pharmacist.open("/stock/").field("Product, lot, place or code").press_sequentially("gsh-1")
    expect(found).to_have_count(1)
    assert found.inner_text() == "GSH-1"


def test_a_field_that_takes_the_focus_in_the_middle_of_a_scan_does_not_keep_the_rest_of_it(
    product: Product, browse: Browse
) -> None:
    patient = a_patient(name="Anna Kovac")
    pharmacist = browse("pharmacist").open("/patients/")
    search = pharmacist.page.locator("main input[name=q]")
    search.evaluate("field => field.blur()")
    code = f"FML1:{patient.code}"
    pharmacist.scan(code[:4], end="")
    search.focus()
    pharmacist.scan(code[4:], aim="").sees("Anna Kovac")
    pharmacist.page.wait_for_url("**/patients/*")
    assert pharmacist.page.url.rstrip("/").rsplit("/", 1)[-1] == str(patient.id)
