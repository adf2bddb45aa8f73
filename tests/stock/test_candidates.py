"""What the rules are told: everything that lies at the site, in as many queries for ten lots as for one."""

from __future__ import annotations

from fractions import Fraction

import pytest

from formulary import clock
from formulary.db import bare
from formulary.rules.facts import Container
from formulary.stock import facts
from tests.stock.doing import drawn, held, opened, posted, q, reconstituted
from tests.support.builders import a_lot, a_powder, a_product, some_stock, the_site
from tests.support.counting import counting_queries
from tests.support.world import Cast

pytestmark = pytest.mark.usefixtures("cast")


def told(*products: int) -> tuple[facts.Stock, ...]:
    return facts.candidates(the_site().id, products, clock.now())


def test_a_sealed_lot_is_told_with_place_container_and_expiry() -> None:
    lot = a_lot(number="L2231")
    [seen] = told(lot.product_id)
    assert (seen.lot, seen.place, seen.zone, seen.status) == ("L2231", "Shelf", "Europe/Paris", "available")
    assert (seen.remaining, seen.one_container, seen.container) == (
        q("15 mL"),
        q("5 mL"),
        Container.MULTI_DOSE,
    )
    assert (seen.vial, seen.opened_at, seen.expires_on, seen.held) == (None, None, lot.expires_on, ())
    assert seen.after_puncture_h == Fraction(672)


def test_an_open_vial_is_told_beside_it_with_its_clock() -> None:
    lot = a_lot()
    vial = opened(lot, opened_for_id=7)
    drawn(vial, "1 mL", for_patient=7)
    [_, seen] = told(lot.product_id)
    assert (seen.vial, seen.remaining, seen.opened_for) == (vial.code, q("4 mL"), 7)
    assert seen.beyond_use_at == vial.beyond_use_at


def test_the_diluent_inside_a_vial_is_no_stock_of_its_own() -> None:
    diluent = a_lot()
    vial = reconstituted(opened(a_lot(a_powder()), opened_for_id=7), diluent)
    assert [s.vial for s in told(diluent.product_id) if s.vial] != [vial.code]
    [mixture] = [s for s in told(vial.lot.product_id) if s.vial]
    assert mixture.strength is not None and mixture.strength.volume == q("4 mL")


def test_what_lies_in_quarantine_is_told_as_quarantined() -> None:
    lot = a_lot()
    posted(lot, "storage", "quarantine", 5_000_000, reason="quarantined")
    assert [s.status for s in told(lot.product_id)] == ["available", "quarantined"]


def test_what_is_used_up_and_what_lies_elsewhere_is_not_told(cast: Cast) -> None:
    product = a_product()
    a_lot(product, containers=0)
    some_stock(a_lot(product, containers=0), 5_000_000, site=cast.other_site)
    assert told(product.id) == ()


def test_held_stock_is_told_with_the_reason() -> None:
    lot = a_lot()
    held("lot", lot.id, source="recall R-7")
    assert told(lot.product_id)[0].held == ("recall R-7",)


def test_ten_lots_take_no_more_queries_than_one() -> None:
    product = a_product()
    a_lot(product)
    with counting_queries() as one:
        told(product.id)
    for _ in range(9):
        opened(a_lot(product))
    with counting_queries() as ten:
        assert len(told(product.id)) == 19
    assert len(ten) == len(one) <= 4, ten


def test_open_vials_are_asked_for_with_one_statement_whichever_they_are() -> None:
    first, second = opened(a_lot()), opened(a_lot())
    facts.of_vials([first.id], clock.now())
    made = bare._sent.cache_info().misses
    found = facts.of_vials([second.id], clock.now())
    assert ([stock.vial for stock in found.values()], bare._sent.cache_info().misses) == ([second.code], made)
