"""Reservations: all or none, never more than lies there, and only others stand in one's way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from formulary import clock
from formulary.accounts import Role
from formulary.db import db, transaction
from formulary.rules.findings import Refused
from formulary.stock import actions as stock
from formulary.stock import facts, queries
from formulary.stock.models import Lot, Place, Reservation, Vial
from formulary.stock.queries import proof
from tests.stock.doing import drawn, held, opened, posted, refused_codes, somebody
from tests.support.behind import behind_its_back
from tests.support.builders import a_lot, a_product, the_place, the_site
from tests.support.watch import Watch

pytestmark = pytest.mark.usefixtures("cast")


def kept(ref: str, *picks: stock.Pick, **more: object) -> int:
    with transaction() as session:
        session.info["audited"] = True
        return stock.reserve(ref, picks, at=clock.now(), by=somebody(), **more)


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


def standing(ref: str) -> list[tuple[str, int | None, int]]:
    """What is kept for somebody: where, in which vial, how much."""
    rows = db.select(Place.kind, Reservation.vial_id, Reservation.quantity).join(
        Place, Place.id == Reservation.place_id
    )
    mine = rows.where(Reservation.for_ref == ref, Reservation.ended_at.is_(None)).order_by(Reservation.id)
    return [tuple(row) for row in db.session.execute(mine)]


def test_a_draw_uses_up_what_was_kept_for_it() -> None:
    vial = opened(a_lot())
    kept("cocktail:1", of_vial(vial, 3_000_000))
    drawn(vial, "1 mL", for_ref="cocktail:1")
    assert standing("cocktail:1") == [("in_use", vial.id, 2_000_000)]
    drawn(vial, "2 mL", for_ref="cocktail:1")
    assert standing("cocktail:1") == []
    assert kept("cocktail:2", of_vial(vial, 2_000_000)) == 1


def test_what_another_kept_is_not_used_up() -> None:
    vial = opened(a_lot())
    kept("cocktail:1", of_vial(vial, 3_000_000))
    drawn(vial, "1 mL", for_ref="cocktail:2")
    assert standing("cocktail:1") == [("in_use", vial.id, 3_000_000)]


def test_what_is_kept_already_stays_as_it_is() -> None:
    lot, vial = a_lot(), opened(a_lot())
    kept("cocktail:1", sealed(lot, 5_000_000), of_vial(vial, 3_000_000))
    before = set(db.session.scalars(db.select(Reservation.id)))
    assert kept("cocktail:1", sealed(lot, 5_000_000), of_vial(vial, 1_000_000)) == 2
    assert set(db.session.scalars(db.select(Reservation.id))) == before
    assert standing("cocktail:1") == [("storage", None, 5_000_000), ("in_use", vial.id, 1_000_000)]
    assert kept("cocktail:1") == 0
    assert standing("cocktail:1") == []


def test_whole_containers_are_kept_where_they_are_free() -> None:
    lot = a_lot(containers=2)
    whole = stock.Pick(lot.id, 1_000_000, the_place().id, most=5_000_000)
    assert kept("cocktail:1", whole) == 1
    assert standing("cocktail:1") == [("storage", None, 5_000_000)]
    kept("cocktail:2", sealed(lot, 3_000_000))
    assert kept("cocktail:3", whole) == 1
    assert standing("cocktail:3") == [("storage", None, 2_000_000)]


def test_what_was_kept_of_a_shared_container_follows_it_into_the_open_vial() -> None:
    lot = a_lot(containers=1)
    kept("cocktail:1", sealed(lot, 3_000_000))
    kept("cocktail:2", sealed(lot, 1_000_000))
    vial = opened(lot, for_ref="cocktail:2")
    assert standing("cocktail:1") == [("in_use", vial.id, 3_000_000)]
    assert standing("cocktail:2") == [("in_use", vial.id, 1_000_000)]
    assert list(proof.ledger_faults()) == []


def test_a_container_for_one_patient_that_is_kept_in_part_is_not_opened_for_another() -> None:
    lot = a_lot(a_product(container="single_dose"), containers=1)
    kept("cocktail:1", sealed(lot, 3_000_000))
    with pytest.raises(Refused) as refusal:
        opened(lot, for_ref="cocktail:2")
    assert refused_codes(refusal) == ["stock.reserved"]
    vial = opened(lot, for_ref="cocktail:1")
    assert standing("cocktail:1") == [("in_use", vial.id, 3_000_000)]


def test_what_is_moved_to_another_shelf_stays_kept_and_what_is_wasted_does_not() -> None:
    lot = a_lot(containers=2)
    kept("cocktail:1", sealed(lot, 4_000_000))
    kept("cocktail:2", sealed(lot, 4_000_000))
    with transaction():
        by = somebody(Role.ADMINISTRATOR)
        stock.add_place(the_site().id, name="Second cabinet", kind="storage", at=clock.now(), by=by)
    other = db.session.scalars(db.select(Place).filter_by(name="Second cabinet")).one()
    ends = {"source": the_place(), "target": other, "quantity": 5_000_000}
    with transaction():
        stock.move_lot(queries.lot(lot.id), **ends, at=clock.now(), by=somebody())
    lying = {
        (r.for_ref, r.place_id): r.quantity
        for r in db.session.scalars(db.select(Reservation))
        if not r.ended_at
    }
    assert lying == {
        ("cocktail:1", the_place().id): 4_000_000,
        ("cocktail:2", the_place().id): 1_000_000,
        ("cocktail:2", other.id): 3_000_000,
    }
    posted(lot, "storage", "waste", 4_500_000, reason="broken")
    assert sum(quantity for _, _, quantity in standing("cocktail:1")) == 500_000
    assert list(proof.ledger_faults()) == []


def test_what_a_hold_broke_is_not_kept_anew_while_it_stands() -> None:
    lot, vial = a_lot(), opened(a_lot())
    picks = (sealed(lot, 5_000_000), of_vial(vial, 3_000_000))
    kept("cocktail:1", *picks)
    hold = held("lot", lot.id)
    assert kept("cocktail:1", *picks) == 1
    assert standing("cocktail:1") == [("in_use", vial.id, 3_000_000)]
    with transaction():
        stock.release_hold(hold.id, reason="sound", at=clock.now(), by=somebody())
    assert kept("cocktail:1", *picks) == 2


def test_reservations_of_more_than_lies_there_are_named_by_the_proof() -> None:
    lot = a_lot(containers=1)
    kept("cocktail:1", sealed(lot, 4_000_000))
    row = db.session.scalars(db.select(Reservation)).one()
    behind_its_back(f"UPDATE reservation SET quantity = 6000000 WHERE id = {row.id}")  # noqa: S608
    what = f"are 6000000 and 5000000 lies there (lot {lot.number}, {the_place().name})"
    assert [(f.row, f.what) for f in proof.ledger_faults()] == [("reservations", what)]
