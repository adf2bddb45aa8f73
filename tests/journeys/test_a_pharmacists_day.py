"""A pharmacist's day by keyboard and scanner alone: what it costs in key presses is counted and printed."""

from __future__ import annotations

import re

import pytest

from formulary import clock
from formulary.catalogue.models import Product
from formulary.db import transaction
from formulary.stock import actions as stock
from tests.journeys.conftest import Browse
from tests.support.builders import a_policy, a_product, an_ingredient, gtin_of, the_place
from tests.support.hands import Hands
from tests.support.world import Cast

pytestmark = pytest.mark.databases("sqlite")  # what differs between the databases is tested without a browser

MOST_KEYS = 90
NAMES = ("tranexamic acid", "ascorbic acid", "glutathione", "dexpanthenol", "thiamine")


@pytest.fixture
def products(cast: Cast) -> list[Product]:
    """Five products with a minimum and a usual supplier, in a house that puts first receipts on the shelf."""
    a_policy(cast.site, "first_receipt_quarantine", {"required": False})
    found = [a_product(an_ingredient(name), name=f"{name} vial") for name in NAMES]
    by, at = cast.actor("pharmacist"), clock.now()
    with transaction():
        medisud = stock.add_supplier("Medisud", lead_days=3, at=at, by=by)
    for product in found:
        with transaction():
            wanted = {"minimum": 6, "target": 10, "supplier_id": medisud.id, "lead_days": None, "per_pack": 1}
            stock.set_level(cast.site.id, product.id, **wanted, version=0, at=at, by=by)
    return found


def test_a_day_at_the_shelf_takes_no_mouse_and_few_keys(products: list[Product], browse: Browse) -> None:
    hands = Hands(browse("pharmacist").open("/"))
    packs = [f"01{gtin_of(product)}1727113010DAY{n}\x1d21S{n}" for n, product in enumerate(products)]
    for n, (pack, product) in enumerate(zip(packs, products, strict=True)):
        receives(hands, pack, product, n)
    for pack in packs[:3]:
        hands.scan(pack).on("Lot DAY").press("F2").on("Open one container").press("F9")
        hands.sees(re.compile(r"Vial V-\d{4} is open"))
    wastes_sends_and_holds(hands, packs)
    counts_the_shelf(hands)
    reorders(hands, packs[0])
    print(f"\na pharmacist's day: {hands.keys} keys pressed, none of them a mouse's")
    assert hands.keys <= MOST_KEYS


def receives(hands: Hands, pack: str, product: Product, number: int) -> None:
    """A new pack: the scan finds no lot, F2 receives it, its number of packs is typed, F9 books it in."""
    hands.scan(pack).sees("Receive this pack").press("F2").on("Receive a delivery: what came")
    hands.type("5").press("F9").sees(f"5 vials of {product.name}, lot DAY{number} lie at Shelf.")


def wastes_sends_and_holds(hands: Hands, packs: list[str]) -> None:
    """One broken vial, one container for the other site, one lot stopped."""
    hands.scan(packs[3]).on("DAY3").press("F8").on("Waste").type("1")
    hands.tab_to("reason").type("b").press("F9").sees("Wasted: 1 of")
    hands.scan(packs[4]).on("DAY4").press("F4").on("Pack").type("L")
    hands.tab_to("containers").type("1").press("F9").sees("Packed: 1 of")
    hands.press("F9").on("Send").press("ArrowDown").press("F9").sees("is on its way to")
    hands.scan(packs[2]).on("DAY2").press("F9").on("Put on hold").type("crack").press("F9").sees("held: H-")


def counts_the_shelf(hands: Hands) -> None:
    """The label of the shelf opens it, F2 counts it, each line takes its number and Enter, F9 closes it."""
    hands.scan(f"FML1:S-{the_place().id}").sees("Count this place").press("F2").on("Open a count").press("F9")
    hands.sees("lines to answer").press("F2")
    for lot, left in COUNTED.items():
        hands.on(lot).type(left).press("Enter")
    hands.sees("Every line is answered").press("F9").on("Close count").press("F9").sees("closed")


COUNTED = {"DAY1": "4", "DAY3": "4", "DAY2": "4", "DAY4": "4", "DAY0": "4"}


def reorders(hands: Hands, pack: str) -> None:
    """The scanned product is below its minimum: its page drafts the order and sends it."""
    hands.scan(pack).on("DAY0").tab_to("its minimum and ordering").press("Enter").on("usable")
    hands.press("F2").on("Draft an order").press("F9").sees("Send it")
    hands.press("F9").sees("It is sent").press("F9").sees("sent")
