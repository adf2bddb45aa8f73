"""Reservations: all or none, never more than lies there, and only others stand in one's way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from formulary import clock
from formulary.db import transaction
from formulary.rules.findings import Refused
from formulary.stock import actions as stock
from formulary.stock import facts
from formulary.stock.models import Lot, Vial
from tests.stock.doing import drawn, opened, refused_codes, somebody
from tests.support.builders import a_lot, the_place, the_site
from tests.support.watch import Watch

pytestmark = pytest.mark.usefixtures("cast")


def kept(ref: str, *picks: stock.Pick, **more: object) -> int:
    with transaction() as session:
        session.info["audited"] = True
        return len(stock.reserve(ref, picks, at=clock.now(), by=somebody(), **more))


def sealed(lot: Lot, quantity: int) -> stock.Pick:
    return stock.Pick(lot.id, quantity, the_place().id)


def of_vial(vial: Vial, quantity: int) -> stock.Pick:
    return stock.Pick(vial.lot_id, quantity, the_place("in_use").id, vial.id)


def test_ten_are_never_kept_of_five() -> None:
    lot = a_lot(containers=1)
    with pytest.raises(Refused) as refusal:
        kept("cocktail:1", sealed(lot, 10_000_000))
    assert refused_codes(refusal) == ["stock.taken"]


def test_two_ask_for_the_same_and_one_gets_it() -> None:
    lot = a_lot(containers=1)
    kept("cocktail:1", sealed(lot, 5_000_000))
    with pytest.raises(Refused) as refusal:
        kept("cocktail:2", sealed(lot, 5_000_000))
    assert refused_codes(refusal) == ["stock.taken"]
    assert "Nothing was reserved." in refusal.value.findings[0].reason


def test_it_is_all_or_none() -> None:
    full, empty = a_lot(containers=1), a_lot(containers=0)
    with pytest.raises(Refused):
        kept("cocktail:1", sealed(full, 5_000_000), sealed(empty, 1))
    assert kept("cocktail:2", sealed(full, 5_000_000)) == 1


def test_two_picks_of_one_source_are_counted_together() -> None:
    lot = a_lot(containers=1)
    with pytest.raises(Refused):
        kept("cocktail:1", sealed(lot, 3_000_000), sealed(lot, 3_000_000))


def test_asking_again_replaces_what_was_kept_before() -> None:
    lot = a_lot(containers=1)
    kept("cocktail:1", sealed(lot, 5_000_000))
    assert kept("cocktail:1", sealed(lot, 5_000_000)) == 1


def test_it_lapses_with_its_time(watch: Watch) -> None:
    lot = a_lot(containers=1)
    kept("cocktail:1", sealed(lot, 5_000_000), until=watch.now() + timedelta(hours=1))
    watch.move(hours=1)
    assert kept("cocktail:2", sealed(lot, 5_000_000)) == 1


def test_ending_it_frees_the_stock() -> None:
    lot = a_lot(containers=1)
    kept("cocktail:1", sealed(lot, 5_000_000))
    with transaction() as session:
        session.info["audited"] = True
        assert stock.end_reservations("cocktail:1", why="cancelled", at=clock.now()) == 1
    assert kept("cocktail:2", sealed(lot, 5_000_000)) == 1


def test_what_is_kept_for_another_is_not_drawn_and_ones_own_is() -> None:
    vial = opened(a_lot())
    kept("cocktail:1", of_vial(vial, 4_500_000))
    with pytest.raises(Refused) as refusal:
        drawn(vial, "1 mL", for_ref="cocktail:2")
    assert refused_codes(refusal) == ["stock.reserved"]
    assert drawn(vial, "0.5 mL", for_ref="cocktail:2")
    assert drawn(vial, "4.5 mL", for_ref="cocktail:1")


def test_a_container_kept_for_another_is_not_opened() -> None:
    lot = a_lot(containers=1)
    kept("cocktail:1", sealed(lot, 5_000_000))
    with pytest.raises(Refused) as refusal:
        opened(lot)
    assert refused_codes(refusal) == ["stock.reserved"]
    assert opened(lot, for_ref="cocktail:1").state == "open"


def test_the_rules_are_told_what_others_keep() -> None:
    lot = a_lot()
    kept("cocktail:1", sealed(lot, 5_000_000))
    kept("cocktail:2", sealed(lot, 2_000_000))
    [seen] = facts.candidates(the_site().id, [lot.product_id], clock.now(), for_ref="cocktail:1")
    assert (seen.reserved, seen.reserved_for) == (lot.quantity(2_000_000), "cocktail:2")
    [all_of_it] = facts.candidates(the_site().id, [lot.product_id], clock.now())
    assert all_of_it.reserved == lot.quantity(7_000_000)
