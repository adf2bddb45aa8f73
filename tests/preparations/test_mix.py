"""Mixing a powder: the diluent's lot, volume and time are kept, and the draw follows the strength made."""

from datetime import timedelta

import pytest

from formulary import clock
from formulary.db import transaction
from formulary.preparations import actions, queries
from formulary.rules.findings import Refused
from formulary.stock import queries as shelf
from tests.preparations.doing import draw, lot_of, mix, ml, scan, shown, step, technician

POWDER = 3


@pytest.fixture
def opened(road):
    """The powder's vial in hand."""
    attempt = road.claimed()
    scan(attempt, POWDER)
    return attempt


def vial_of(attempt):
    return queries.vial(step(attempt, POWDER).vial_id)


def test_diluent_lot_volume_and_time_are_kept(opened):
    mix(opened, POWDER)
    vial = vial_of(opened)
    assert queries.lot(vial.diluent_lot_id).number == "WFI-1"
    assert (vial.mixed_volume, vial.reconstituted_at) == (4_000_000, clock.now())


def test_mixed_as_the_label_says_the_draw_is_as_planned(opened):
    mix(opened, POWDER)
    assert step(opened, POWDER).volume == 670_000


@pytest.mark.parametrize(("added", "to_draw"), [("2", 330_000), ("5", 830_000), ("6", 1_000_000)])
def test_another_volume_of_diluent_changes_what_holds_the_dose(opened, added, to_draw):
    mix(opened, POWDER, added)
    assert step(opened, POWDER).volume == to_draw


def test_a_displacement_counts_into_the_mixture(opened):
    mix(opened, POWDER, "3.6", displacement=ml("0.4"))
    assert (vial_of(opened).mixed_volume, step(opened, POWDER).volume) == (4_000_000, 670_000)


def test_what_makes_up_follows(opened):
    mix(opened, POWDER, "6")
    assert step(opened, 4).volume == 5_000_000 - 200_000 - 300_000 - 1_000_000


def test_it_may_be_entered_after_it_was_done(road, watch):
    attempt = road.claimed()
    scan(attempt, POWDER)
    watch.move(minutes=20)
    with pytest.raises(Refused, match="late_without_reason"):
        mix(attempt, POWDER, mixed_at=clock.now() - timedelta(minutes=15))
    mix(attempt, POWDER, mixed_at=clock.now() - timedelta(minutes=15), late_reason="the screen was down")
    assert vial_of(attempt).reconstituted_at == clock.now() - timedelta(minutes=15)


def test_a_powder_is_not_drawn_before_it_is_mixed(opened):
    with pytest.raises(Refused, match="not_reconstituted"):
        draw(opened, POWDER, "0.67")


def test_it_is_mixed_once(opened):
    mix(opened, POWDER)
    with pytest.raises(Refused):
        mix(opened, POWDER)


def test_a_powder_that_was_not_scanned_is_not_mixed(road):
    with pytest.raises(Refused, match=r"step\.not_scanned"):
        mix(road.claimed(), POWDER)


def test_powder_and_diluent_leave_the_vial_together(opened):
    mix(opened, POWDER)
    draw(opened, POWDER)
    rows = queries.draws(opened.id)
    assert [(queries.lot(d.lot_id).number, d.via, d.quantity) for d in rows] == [
        ("GSH-0600", "direct", 100_500_000),
        ("WFI-1", "diluent", 670_000),
    ]


def test_a_scanned_diluent_is_found_by_its_code(opened):
    [water] = shelf.lots_with_number("WFI-1")
    found = actions.diluent_scanned(opened.id, step(opened, POWDER).position, shown(water), technician())
    assert found.id == water.id


def test_a_wrong_diluent_is_refused_in_words(opened):
    lot = lot_of(step(opened, 1))
    with pytest.raises(Refused) as refusal:
        actions.diluent_scanned(opened.id, step(opened, POWDER).position, shown(lot), technician())
    assert refusal.value.findings[0].reason == (
        "Wrong diluent: scanned tranexamic acid, lot TXA-2231. Nothing was mixed."
    )


def test_a_lot_that_is_no_diluent_is_not_mixed_with(opened):
    powder = lot_of(step(opened, POWDER))
    with pytest.raises(Refused), transaction():
        actions.mix_powder(
            opened.id,
            step(opened, POWDER).position,
            diluent_lot_id=powder.id,
            volume=ml("4"),
            at=clock.now(),
            by=technician(),
        )
