"""Moving, wasting, and what happened although the ledger knew of less."""

from __future__ import annotations

from datetime import date

import pytest

from formulary import clock
from formulary.audit import record
from formulary.db import db, transaction
from formulary.rules.findings import Refused
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.models import Discrepancy, Lot, Movement, Vial
from tests.stock.doing import (
    drawn,
    held,
    lies,
    opened,
    posted,
    q,
    reconstituted,
    refused_codes,
    somebody,
)
from tests.support.builders import a_lot, a_powder, a_product, the_place
from tests.support.watch import Watch
from tests.support.world import Cast

pytestmark = pytest.mark.usefixtures("cast")


def moved(lot: Lot, source: str, target: str, quantity: int = 5_000_000) -> Lot:
    with transaction():
        ends = {"source": the_place(source), "target": the_place(target)}
        return stock.move_lot(
            queries.lot(lot.id), quantity=quantity, **ends, at=clock.now(), by=somebody(), remark="tidying"
        )


def moved_vial(vial: Vial, target: str) -> Vial:
    with transaction():
        given = {"at": clock.now(), "by": somebody()}
        return stock.move_vial(queries.vial(vial.id), target=the_place(target), **given)


def wasted(vial: Vial, **more: object) -> Vial:
    given = {"reason": "left_over", "at": clock.now(), "by": somebody()} | more
    with transaction():
        return stock.waste_vial(queries.vial(vial.id), **given)


def wasted_lot(lot: Lot, quantity: int = 5_000_000, **more: object) -> Lot:
    given = {"reason": "broken", "at": clock.now(), "by": somebody(), "place": the_place()} | more
    with transaction():
        return stock.waste_lot(queries.lot(lot.id), quantity=quantity, **given)


def test_sealed_stock_moves_to_quarantine() -> None:
    lot = a_lot()
    moved(lot, "storage", "quarantine")
    assert (lies(lot, "storage"), lies(lot, "quarantine")) == (10_000_000, 5_000_000)


def test_stock_leaves_quarantine_for_a_shelf_by_release_alone() -> None:
    lot = a_lot()
    moved(lot, "storage", "quarantine")
    with pytest.raises(Refused) as refusal:
        moved(lot, "quarantine", "storage")
    assert refused_codes(refusal) == ["lot.quarantined"]


def test_a_place_that_is_not_for_it_is_refused() -> None:
    for target in ("patient", "preparation", "supplier", "waste", "returned", "destroyed"):
        with pytest.raises(Refused) as refusal:
            moved(a_lot(), "storage", target)
        assert refused_codes(refusal) == ["place.wrong_kind"]


@pytest.mark.parametrize("target", ["preparation", "patient", "patch_test", "in_use", "in_transit"])
def test_expired_stock_never_goes_where_it_is_used(target: str, watch: Watch) -> None:
    lot = a_lot(expires_on=date(2026, 11, 24))
    watch.set(clock.now().replace(hour=22, minute=59))
    assert opened(lot)
    watch.set(clock.now().replace(hour=23, minute=0))
    with pytest.raises(Refused) as refusal:
        posted(lot, "storage", target, 1, reason="moved")
    assert refused_codes(refusal) == ["lot.expired"]


@pytest.mark.parametrize("target", ["quarantine", "waste", "returned", "destroyed"])
def test_expired_stock_goes_away(target: str) -> None:
    assert posted(a_lot(expires_on=date(2026, 11, 1)), "storage", target, 1, reason="expired")


def test_an_open_vial_moves_with_its_diluent_and_comes_to_quarantine_under_its_own_code() -> None:
    vial = reconstituted(opened(a_lot(a_powder()), opened_for_id=7), a_lot())
    moved_vial(vial, "quarantine")
    assert {c.place_id for c in queries.contents(vial_id=vial.id)} == {the_place("quarantine").id}
    assert (vial.state, queries.volume_left(vial)) == ("open", 4_000_000)
    with pytest.raises(Refused) as refusal:
        drawn(vial, "1 mL", for_patient=7)
    assert refused_codes(refusal) == ["lot.quarantined"]


def test_an_open_vial_goes_back_to_no_shelf() -> None:
    with pytest.raises(Refused) as refusal:
        moved_vial(opened(a_lot()), "storage")
    assert refused_codes(refusal) == ["place.wrong_kind"]


def test_wasting_a_vial_takes_all_that_is_left_with_a_reason() -> None:
    vial = opened(a_lot())
    drawn(vial, "1 mL")
    wasted(vial, reason="past_beyond_use")
    row = db.session.scalars(db.select(Movement).filter_by(reason="past_beyond_use")).one()
    assert (vial.state, row.quantity) == ("wasted", 4_000_000)


def test_wasting_a_mixture_takes_ingredient_and_diluent() -> None:
    vial = reconstituted(opened(a_lot(a_powder()), opened_for_id=7), a_lot())
    drawn(vial, "1 mL", for_patient=7)
    wasted(vial)
    assert (queries.contents(vial_id=vial.id), queries.volume_left(vial)) == ([], 0)


def test_a_part_of_a_vial_is_wasted_by_volume() -> None:
    vial = opened(a_lot())
    wasted(vial, volume=q("0.4 mL"), reason="dead_space")
    assert (vial.state, queries.volume_left(vial)) == ("open", 4_600_000)


def test_what_is_past_its_date_or_held_can_always_be_wasted(watch: Watch) -> None:
    vial = opened(a_lot(a_product(after_puncture_h=1)))
    held("lot", vial.lot_id)
    watch.move(hours=2)
    assert wasted(vial).state == "wasted"


@pytest.mark.parametrize(
    ("reason", "remark", "code"),
    [
        ("", "", "waste.reason_missing"),
        ("because", "", "waste.reason_missing"),
        ("other", " ", "waste.remark_missing"),
    ],
)
def test_waste_has_a_reason_that_is_offered(reason: str, remark: str, code: str) -> None:
    vial = opened(a_lot())
    with pytest.raises(Refused) as refusal:
        wasted(vial, reason=reason, remark=remark)
    assert refused_codes(refusal) == [code]
    assert wasted(vial, reason="other", remark="fell on the floor").state == "wasted"


def test_containers_are_wasted_from_the_shelf() -> None:
    lot = a_lot()
    wasted_lot(lot, 10_000_000)
    assert lies(lot, "storage") == 5_000_000
    with pytest.raises(Refused) as refusal:
        wasted_lot(lot, 5_000_001)
    assert refused_codes(refusal) == ["stock.short"]


def test_a_practitioner_wastes_the_vials_of_their_own_sessions(cast: Cast) -> None:
    vial, own = opened(a_lot()), opened(a_lot(), by=cast.actor("practitioner"))
    with pytest.raises(Refused) as refusal:
        wasted(vial, by=cast.actor("practitioner"))
    assert refused_codes(refusal) == ["vial.not_yours"]
    drawn(vial, "0.1 mL", by=cast.actor("practitioner"))
    assert [wasted(v, by=cast.actor("practitioner")).state for v in (vial, own)] == ["wasted", "wasted"]


def shortfall(lot: Lot, vial: Vial | None, source: str, quantity: int) -> stock.Recorded:
    at, by = clock.now(), somebody()
    with transaction():
        found = stock.record_shortfall(
            lot=queries.lot(lot.id),
            vial=queries.vial(vial.id) if vial else None,
            source=the_place(source),
            target=the_place("patient"),
            quantity=quantity,
            reason="administered",
            document=("attempt", 1),
            what="5.2 mL were drawn, 5 mL were on record",
            occurred_at=at,
            at=at,
            by=by,
        )
        record("test.shortfall", lot, by=by, at=at, movements=found.movements)
    return found


def test_more_than_was_on_record_is_recorded_visibly_and_opens_a_discrepancy() -> None:
    lot = a_lot()
    vial = opened(lot)
    found = shortfall(lot, vial, "in_use", 5_200_000)
    assert [(m.reason, m.quantity) for m in found.movements] == [
        ("shortfall", 200_000),
        ("administered", 5_200_000),
    ]
    [row] = db.session.scalars(db.select(Discrepancy)).all()
    assert (row.quantity, row.movement_id, row.explained_at) == (200_000, found.movements[0].id, None)
    assert (vial.state, lies(lot, "in_use")) == ("empty", 0)
    sheet = queries.balance_sheet(lot.id)
    assert (sheet.found, sheet.balances) == (200_000, True)


def test_what_was_on_record_opens_none() -> None:
    lot = a_lot()
    found = shortfall(lot, opened(lot), "in_use", 5_000_000)
    assert found.discrepancy is None
    assert len(found.movements) == 1


def test_nothing_is_asked_about_what_has_happened() -> None:
    lot = a_lot(expires_on=date(2026, 11, 1))
    held("lot", lot.id)
    assert shortfall(lot, None, "storage", 16_000_000).discrepancy is not None
