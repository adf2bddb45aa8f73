"""The mass balance of a lot: whatever happens to it, what came equals what is known of it."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest

from formulary import clock
from formulary.db import transaction
from formulary.rules.findings import Refused
from formulary.stock import actions as stock
from formulary.stock import queries
from tests.stock.doing import drawn, opened, posted, q, reconstituted, somebody, undone
from tests.support.builders import a_lot, a_powder, the_place
from tests.support.ledger import in_preparation
from tests.support.watch import Watch

pytestmark = pytest.mark.usefixtures("cast")


def test_every_bucket_of_one_lot() -> None:
    lot = a_lot(containers=20)
    vial = opened(lot)
    drawn(vial, "0.51 mL", attempt=1)
    drawn(vial, "1 mL", attempt=2)
    posted(lot, "preparation", "patient", 900_000, document=("attempt", 2))
    posted(lot, "preparation", "waste", 100_000, reason="dead_space", document=("attempt", 2))
    posted(lot, "in_use", "patch_test", 10_000, reason="tested", vial=vial, document=("patch_test", 1))
    posted(lot, "storage", "returned", 5_000_000, reason="returned")
    posted(lot, "storage", "destroyed", 5_000_000, reason="destroyed")
    posted(lot, "storage", "lost_or_found", 5_000_000, reason="lost")
    sheet = queries.balance_sheet(lot.id)
    assert (sheet.received, sheet.sealed, sheet.opened) == (100_000_000, 80_000_000, 3_480_000)
    assert (sheet.in_preparation, sheet.administered) == (510_000, 900_000)
    assert (sheet.tested, sheet.wasted, sheet.returned) == (10_000, {"dead_space": 100_000}, 5_000_000)
    assert (sheet.destroyed, sheet.unaccounted, sheet.found) == (5_000_000, 5_000_000, 0)
    assert (sheet.given_in, sheet.tested_in, sheet.balances) == (1, 1, True)


def test_what_is_in_cocktails_is_told_by_attempt() -> None:
    lot = a_lot()
    vial = opened(lot)
    drawn(vial, "1 mL", attempt=1)
    drawn(vial, "2 mL", attempt=2)
    assert queries.balance_sheet(lot.id).in_preparation == 3_000_000
    assert in_preparation(lot.id) == {("attempt", 1): 1_000_000, ("attempt", 2): 2_000_000}


def test_what_was_undone_is_in_no_bucket() -> None:
    lot = a_lot()
    undone(posted(lot, "storage", "waste", 5_000_000, reason="broken"))
    undone(posted(lot, "storage", "lost_or_found", 5_000_000, reason="lost"))
    undone(posted(lot, "storage", "patient", 1_000_000))
    sheet = queries.balance_sheet(lot.id)
    assert (sheet.wasted, sheet.unaccounted, sheet.found, sheet.given_in) == ({}, 0, 0, 0)
    assert sheet.sealed == 15_000_000


def test_what_was_lost_and_found_again_cancels_out() -> None:
    lot = a_lot()
    posted(lot, "storage", "lost_or_found", 5_000_000, reason="lost")
    posted(lot, "lost_or_found", "storage", 5_000_001, reason="found")
    sheet = queries.balance_sheet(lot.id)
    assert (sheet.found, sheet.unaccounted, sheet.sealed, sheet.balances) == (1, 0, 15_000_001, True)


def test_the_sheet_of_an_instant_in_the_past(watch: Watch) -> None:
    lot = a_lot()
    before = watch.now() + timedelta(minutes=30)
    watch.move(hours=1)
    posted(lot, "storage", "waste", 5_000_000, reason="broken")
    assert queries.balance_sheet(lot.id, as_of=before).sealed == 15_000_000
    assert queries.balance_sheet(lot.id).wasted_in_all == 5_000_000


def test_a_diluent_that_went_into_a_powder_is_open_stock_until_it_is_drawn() -> None:
    diluent = a_lot()
    vial = reconstituted(opened(a_lot(a_powder()), opened_for_id=7), diluent)
    assert queries.balance_sheet(diluent.id).opened == 5_000_000
    drawn(vial, "1 mL", for_patient=7)
    sheet = queries.balance_sheet(diluent.id)
    assert (sheet.opened, sheet.in_preparation, sheet.balances) == (4_000_000, 1_000_000, True)


@pytest.mark.parametrize("seed", range(4))
def test_it_balances_after_any_story_and_equals_the_balances(seed: int) -> None:
    chance, lot = Random(seed), a_lot(containers=20)  # noqa: S311 - a story, not a secret
    vials, rows = [opened(lot)], []
    for _ in range(25):
        try:
            step = chance.choice(["open", "draw", "draw", "waste", "undo", "give"])
            if step == "open":
                vials.append(opened(lot))
            elif step == "draw":
                rows += [t.movement for t in drawn(chance.choice(vials), f"0.{chance.randint(1, 9)}7 mL")]
            elif step == "waste":
                waste(chance.choice(vials).id, f"0.{chance.randint(1, 9)} mL")
            elif step == "undo" and rows:
                undone(rows.pop(chance.randrange(len(rows))))
            elif step == "give":
                rows.append(posted(lot, "preparation", "patient", chance.randint(1, 10**6)))
        except Refused:
            continue
    sheet = queries.balance_sheet(lot.id)
    assert sheet.balances
    assert (sheet.received, sheet.unaccounted) == (100_000_000, 0)
    assert dict(sheet.at_place) == _lying(lot.id)


def _lying(lot_id: int) -> dict[int, int]:
    lying: dict[int, int] = {}
    for content in queries.contents(lot_id=lot_id):
        lying[content.place_id] = lying.get(content.place_id, 0) + content.quantity
    lying.pop(the_place("preparation").id, None)
    return lying


def waste(vial_id: int, volume: str) -> None:
    with transaction():
        given = {"reason": "left_over", "volume": q(volume), "at": clock.now(), "by": somebody()}
        stock.waste_vial(queries.vial(vial_id), **given)
