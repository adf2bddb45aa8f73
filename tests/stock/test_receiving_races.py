"""Two people who book in the same brand-new lot at one moment: one lot, two deliveries, nothing lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from formulary import clock
from formulary.catalogue.models import Product
from formulary.db import db, transaction
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.models import Delivery, Lot, Supplier
from tests.stock.doing import EXPIRES, lies, somebody
from tests.stock.test_races import _a_connection_each, at_once, in_order
from tests.stock.test_receive_page import URL, a_scan, booked, scanned
from tests.support.at_once import at_once as meanwhile
from tests.support.builders import a_product, the_place, the_site
from tests.support.builders.catalogue import a_gtin
from tests.support.client import Client

__all__ = ["_a_connection_each"]
ONE, TIMES = 5_000_000, 8
pytestmark = pytest.mark.usefixtures("cast")


def came(product_id: int, number: str = "NEW-1", **more: object) -> None:
    given = {"expires_on": EXPIRES, "place_id": the_place("quarantine").id, "containers": 1}
    given |= {"at": clock.now(), "by": somebody()} | more
    with transaction():
        stock.receive_lot(the_site().id, product_id=product_id, number=number, **given)  # type: ignore[arg-type]


def lots_of(product_id: int) -> list[Lot]:
    return list(db.session.scalars(db.select(Lot).filter_by(product_id=product_id).order_by(Lot.id)))


def deliveries() -> int:
    return db.session.scalar(db.select(db.func.count(Delivery.id))) or 0


def test_of_a_brand_new_lot_one_is_made_and_each_delivery_is_on_record(app: Flask) -> None:
    product, before = a_product().id, deliveries()
    assert at_once(app, lambda _: came(product), TIMES) == {"done": TIMES}
    [lot] = lots_of(product)
    assert (lies(lot, "quarantine"), deliveries() - before) == (TIMES * ONE, TIMES)
    assert len(queries.receipts(lot.id, the_site().id)) == TIMES
    assert in_order()


def test_so_with_a_supplier_and_a_code_that_are_as_new(app: Flask) -> None:
    product, gtin = a_product().id, a_gtin()
    told = at_once(app, lambda _: came(product, gtin=gtin, supplier="Brand New & Co"), TIMES)
    assert told == {"done": TIMES}
    assert [lies(lot, "quarantine") for lot in lots_of(product)] == [TIMES * ONE]
    named = db.session.scalars(db.select(Supplier.name)).all()
    assert named.count("Brand New & Co") == 1
    assert in_order()


NEARLY = {
    "the number typed otherwise": ({"number": "NEW-1"}, {"number": "NEW1"}),
    "a letter that looks like a digit": ({"number": "NEW-10"}, {"number": "NEW-1O"}),
    "another expiry": ({"expires_on": EXPIRES}, {"expires_on": date(2027, 12, 31)}),
}


@pytest.mark.parametrize("two", NEARLY.values(), ids=NEARLY)
def test_of_two_that_are_nearly_one_the_later_asks_which_it_is(
    app: Flask, two: tuple[dict[str, object], dict[str, object]]
) -> None:
    product = a_product().id
    told = at_once(app, lambda n: came(product, **two[n % 2]), TIMES)
    asked = told["lot.known_otherwise"] + told["lot.looks_like"]
    assert (told["done"], asked) == (TIMES // 2, TIMES // 2)
    assert len(lots_of(product)) == 1
    assert in_order()


def at_the_page(
    app: Flask, clients: Callable[[str], Client], product: Product, notes: tuple[str, str]
) -> list[tuple[Client, TestResponse]]:
    """Two people scan the same new pack, each at a screen of their own, and press at one moment."""
    people, pages = [clients("pharmacist"), clients("technician")], []
    for person, note in zip(people, notes, strict=True):
        pages.append((person, scanned(person, a_scan(product, lot="NEW-1")), note))
    start = threading.Barrier(len(pages))

    def press(number: int) -> TestResponse:
        person, page, note = pages[number]
        start.wait()
        return booked(person, page, note_number=note)

    return list(zip(people, meanwhile(app, press, len(pages)), strict=True))


def test_two_who_press_at_one_moment_both_land_on_the_one_lot(
    app: Flask, clients: Callable[[str], Client]
) -> None:
    product = a_product()
    answers = [answer for _, answer in at_the_page(app, clients, product, ("DN-1", "DN-2"))]
    [lot] = lots_of(product.id)
    assert {answer.status_code for answer in answers} == {302}
    assert {answer.location for answer in answers} == {f"/stock/lots/{lot.id}"}
    assert (lies(lot, "quarantine"), len(queries.receipts(lot.id, the_site().id))) == (4 * ONE, 2)
    assert in_order()


def test_of_the_same_note_the_later_is_asked_and_nothing_that_was_typed_is_lost(
    app: Flask, clients: Callable[[str], Client]
) -> None:
    product = a_product()
    answered = at_the_page(app, clients, product, ("DN-1", "DN-1"))
    assert sorted(answer.status_code for _, answer in answered) == [302, 422]
    [(person, later)] = [(who, answer) for who, answer in answered if answer.status_code == 422]
    page = person.read(later, URL, 422)
    assert page.errors[0].startswith("Note DN-1 of Medisud brought lot NEW-1 already")
    kept = page.form(URL, "Receive").fields
    assert (kept["number"], kept["packs"], kept["note_number"]) == (["NEW-1"], ["2"], ["DN-1"])
    assert [lies(lot, "quarantine") for lot in lots_of(product.id)] == [2 * ONE]
