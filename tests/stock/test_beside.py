"""Tranexamic acid and local anaesthetics never share a bin: said where one would join the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from formulary import clock
from formulary.accounts import Role
from formulary.catalogue.models import Product
from formulary.db import transaction
from formulary.rules.findings import Refused
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.models import Lot, Place
from tests.stock.doing import lies, opened, posted, reason_of, received, refused_codes, somebody
from tests.support.builders import (
    a_lot,
    a_policy,
    a_product,
    a_rule,
    an_ingredient,
    the_place,
    the_site,
)
from tests.support.builders.accounts import an_actor
from tests.support.world import Cast

pytestmark = pytest.mark.usefixtures("cast")
SOURCE = "the makers' recall notice"
APART = "in a closed bin of its own"


@pytest.fixture
def pair() -> tuple[Product, Product]:
    """Tranexamic acid, and a local anaesthetic that it never lies beside."""
    acid, caine = an_ingredient("tranexamic acid"), an_ingredient("lidocaine", groups=("local_anaesthetic",))
    a_rule(f"ingredient:{acid.id}", "group:local_anaesthetic", kind="storage", number="T-7", source=SOURCE)
    return a_product(acid), a_product(caine)


@pytest.mark.parametrize("first", [0, 1])
def test_receiving_one_where_the_other_lies_asks_why(pair: tuple[Product, Product], first: int) -> None:
    there = a_lot(pair[first])
    other = pair[1 - first]
    with pytest.raises(Refused) as refusal:
        received(other.id)
    assert refused_codes(refusal) == ["place.never_beside"]
    assert reason_of(refusal) == f"{other.name} never lies in one bin with {there}, which Shelf holds."
    assert [finding.source for finding in refusal.value.findings] == ["rule T-7: the makers' recall notice"]


def test_with_a_reason_it_is_received(pair: tuple[Product, Product]) -> None:
    a_lot(pair[0])
    with pytest.raises(Refused) as refusal:
        received(pair[1].id)
    [finding] = refusal.value.findings
    a_policy(the_site(), "first_receipt_quarantine", {"required": False})
    assert lies(received(pair[1].id, overrides={finding.key: APART}), "storage") == 15_000_000


def test_into_quarantine_and_beside_others_nothing_is_asked(pair: tuple[Product, Product]) -> None:
    a_lot(pair[0], containers=0)
    a_lot()
    away = received(pair[1].id, "L1", place_id=the_place("quarantine").id)
    other = received(a_product().id, "L2")
    assert [lies(lot, "quarantine") for lot in (away, other)] == [15_000_000, 15_000_000]


def a_second_shelf() -> Place:
    by = an_actor(the_site(), Role.ADMINISTRATOR)
    with transaction():
        return stock.add_place(the_site().id, kind="storage", name="Cabinet B", at=clock.now(), by=by)


def moved(lot: Lot, shelf: Place, **more: Any) -> Lot:
    given = {"source": the_place(), "target": shelf, "quantity": 5_000_000, "by": somebody()} | more
    with transaction():
        return stock.move_lot(queries.lot(lot.id), **given, at=clock.now())


def released(lot: Lot, shelf: Place, **more: Any) -> Lot:
    if not lies(lot, "quarantine"):
        posted(lot, "storage", "quarantine", 5_000_000, reason="quarantined")
    with transaction():
        by = Cast().actor("pharmacist2")
        return stock.release_lot(queries.lot(lot.id), place=shelf, at=clock.now(), by=by, **more)


@pytest.mark.parametrize("put", [moved, released])
def test_moving_one_to_the_other_needs_a_word(pair: tuple[Product, Product], put: Callable[..., Lot]) -> None:
    lot, shelf = a_lot(pair[0]), a_second_shelf()
    moved(a_lot(pair[1]), shelf)
    with pytest.raises(Refused) as refusal:
        put(lot, shelf)
    assert [(f.code, f.field) for f in refusal.value.findings] == [("place.never_beside", "remark")]
    put(lot, shelf, remark=APART)
    assert [c.quantity for c in queries.contents(lot_id=lot.id, place_id=shelf.id)] == [5_000_000]


def test_an_open_vial_is_told_the_same(pair: tuple[Product, Product]) -> None:
    opened(a_lot(pair[1]))
    assert [lot.product_id for lot in queries.never_beside(pair[0].id, the_place("in_use"))] == [pair[1].id]
