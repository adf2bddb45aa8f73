"""Counts: a blind sheet, what moves meanwhile netted in, a second person above the limit, deltas only."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from formulary import clock
from formulary.accounts import Forbidden
from formulary.audit.models import AuditEntry
from formulary.db import Missing, db, transaction
from formulary.rules.findings import Refused
from formulary.stock import actions as stock
from formulary.stock import queries
from formulary.stock.models import Discrepancy, Lot, Movement, Vial
from formulary.stock.queries import proof
from tests.stock.counting import added, cancelled, closed, counted, line, lines, sheet, tolerating
from tests.stock.doing import (
    drawn,
    held,
    lies,
    opened,
    posted,
    q,
    reason_of,
    received,
    reconstituted,
    refused_codes,
    undone,
)
from tests.support.at_once import at_once
from tests.support.builders import a_lot, a_powder, a_product, some_stock, the_place, the_site
from tests.support.watch import Watch
from tests.support.world import Cast

ONE = 5_000_000
pytestmark = pytest.mark.usefixtures("cast")


def deltas(lot: Lot) -> list[tuple[str, str, int, str]]:
    """What counts posted of a lot: reason, document, steps, remark."""
    rows = db.session.scalars(db.select(Movement).filter_by(lot_id=lot.id, document_kind="count"))
    return [(row.reason, row.document_kind, row.quantity, row.remark) for row in rows]


def changed(row, **columns: object) -> None:  # type: ignore[no-untyped-def]
    """A row as somebody has arranged it meanwhile."""
    with transaction() as session:
        for name, value in columns.items():
            setattr(row, name, value)
        session.info["audited"] = True


def let_go(*rows: object) -> None:
    """Rows read once and let go of by the session, so that several threads may name them."""
    assert [row.id for row in rows]  # type: ignore[attr-defined]
    db.session.expunge_all()
    db.session.rollback()


def refused(act, *args: object, **more: object) -> list[str]:  # type: ignore[no-untyped-def]
    """The codes with which an act is refused."""
    with pytest.raises(Refused) as refusal:
        act(*args, **more)
    return refused_codes(refusal)


def agreed(count, about: Lot | Vial, containers: int | None = None, **more: object) -> None:  # type: ignore[no-untyped-def]
    """The technician counts a line and another technician's second person the same again."""
    first = counted(count, about, containers, "technician", **more)
    counted(count, about, containers, "pharmacist2", again=first.number, **more)


def test_a_sheet_has_a_line_for_each_lot_and_each_open_vial_of_its_places() -> None:
    lot, other = a_lot(), a_lot(containers=0)
    vial = opened(lot)
    count = sheet("storage", "in_use")
    assert [(one.lot.id, one.vial and one.vial.id) for one in lines(count)] == [
        (lot.id, vial.id),
        (lot.id, None),
    ]
    assert other.id not in {one.lot.id for one in lines(count)}


def test_what_agrees_with_the_ledger_closes_without_a_movement() -> None:
    lot = a_lot(containers=3)
    count = sheet()
    counted(count, lot, 3)
    assert closed(count, "technician", reason="").state == "closed"
    assert deltas(lot) == []


def test_what_is_missing_goes_to_lost_or_found_as_a_difference() -> None:
    lot = a_lot(containers=3)
    count = sheet()
    agreed(count, lot, 1)
    closed(count)
    assert deltas(lot) == [("counted_less", "count", 2 * ONE, "counted in daylight")]
    assert (lies(lot, "storage"), queries.balance_sheet(lot.id).unaccounted) == (ONE, 2 * ONE)
    kept = line(count, lot).row
    assert (kept.expected, kept.posted) == (3 * ONE, -2 * ONE)
    assert list(proof.ledger_faults()) == []


def test_what_is_found_on_top_comes_from_lost_or_found_and_both_open_a_discrepancy() -> None:
    lot = a_lot(containers=1)
    count = sheet()
    agreed(count, lot, 1, part=q("1.5 mL"))
    closed(count)
    assert deltas(lot) == [("counted_more", "count", 1_500_000, "counted in daylight")]
    [unfit] = queries.discrepancies(the_site().id)
    told = (unfit.row.quantity, unfit.came, unfit.row.what.replace("\xa0", " "))
    assert told == (1_500_000, True, f"Count {count.id} found 1.5 mL more than was on record.")


def test_a_difference_within_the_limit_needs_nobody_else_and_opens_no_discrepancy() -> None:
    lot = a_lot(containers=40)
    tolerating(share="0.1", containers="2")
    count = sheet()
    counted(count, lot, 38)
    closed(count, "technician")
    assert [row[:3] for row in deltas(lot)] == [("counted_less", "count", 2 * ONE)]
    assert db.session.scalars(db.select(Discrepancy)).all() == []


def test_receiving_drawing_and_wasting_go_on_while_a_count_is_open() -> None:
    lot = a_lot(containers=10)
    count = sheet()
    some_stock(lot, 2 * ONE)
    agreed(count, lot, 11)
    some_stock(lot, 5 * ONE)
    posted(lot, "storage", "waste", ONE, reason="broken")
    closed(count)
    assert [row[:3] for row in deltas(lot)] == [("counted_less", "count", ONE)]
    assert lies(lot, "storage") == 15 * ONE


def test_a_late_entry_of_what_happened_before_the_counting_is_expected(watch: Watch) -> None:
    lot, before = a_lot(containers=10), clock.now()
    count = sheet()
    watch.set(before + timedelta(minutes=10))
    counted(count, lot, 9)
    posted(lot, "storage", "waste", ONE, reason="broken", occurred_at=before + timedelta(minutes=5))
    closed(count, "technician", reason="")
    assert (deltas(lot), lies(lot, "storage")) == ([], 9 * ONE)


def test_a_row_undone_after_the_counting_never_happened() -> None:
    lot = a_lot(containers=10)
    slip = posted(lot, "storage", "waste", ONE, reason="broken")
    count = sheet()
    counted(count, lot, 10)
    undone(slip)
    closed(count, "technician", reason="")
    assert lies(lot, "storage") == 10 * ONE


def test_an_open_vial_is_counted_in_what_is_left_in_it() -> None:
    lot = a_lot(containers=1)
    vial = opened(lot)
    count = sheet("in_use")
    agreed(count, vial, left="4.2 mL")
    drawn(vial, "1 mL")
    closed(count)
    assert lies(lot, "in_use") == 3_200_000
    assert list(proof.ledger_faults()) == []


@pytest.mark.parametrize(("found", "left"), [("3 mL", 3_000_000), ("5 mL", 5_000_000)])
def test_a_mixture_gives_and_takes_both_its_lots_in_proportion(found: str, left: int) -> None:
    powder, water = a_lot(a_powder(), containers=1), a_lot(containers=2)
    vial = reconstituted(opened(powder), water, "4 mL")
    count = sheet("in_use")
    agreed(count, vial, left=found)
    counted(count, next(one.vial for one in lines(count) if one.vial.id != vial.id), outcome="not_counted")
    closed(count)
    assert queries.volume_left(queries.vial(vial.id)) == left
    content = powder.product.content or 0
    assert lies(powder, "in_use") == content * left // 4_000_000
    inside = queries.contents(vial_id=vial.id, lot_id=water.id)
    assert [one.quantity for one in inside] == [left]
    assert list(proof.ledger_faults()) == []


def test_a_powder_mixed_since_it_was_counted_is_counted_again() -> None:
    vial, water = opened(a_lot(a_powder(), containers=1)), a_lot(containers=1)
    count = sheet("in_use")
    agreed(count, vial, left="1 mg")
    reconstituted(vial, water, "4 mL")
    assert refused(closed, count) == ["count.changed"]


def test_a_vial_without_anything_left_is_closed_by_the_count() -> None:
    vial = opened(a_lot(containers=1))
    count = sheet("in_use")
    agreed(count, vial, outcome="none")
    closed(count)
    assert queries.vial(vial.id).state == "empty"


def test_a_vial_closed_meanwhile_holds_nothing_and_its_old_difference_fits_nothing() -> None:
    vial = opened(a_lot(containers=1))
    count = sheet("in_use")
    agreed(count, vial, left="4 mL")
    with transaction():
        stock.waste_vial(
            queries.vial(vial.id), reason="left_over", at=clock.now(), by=Cast().actor("pharmacist")
        )
    assert refused(closed, count) == ["count.changed"]
    assert refused(counted, count, vial, None, "pharmacist", left="1 mL", again=2) == ["vial.closed"]
    counted(count, vial, None, "pharmacist", outcome="none", again=2)
    assert closed(count, "technician", reason="").state == "closed"


def test_more_was_booked_out_than_was_counted_so_the_line_is_counted_again() -> None:
    lot = a_lot(containers=10)
    count = sheet()
    agreed(count, lot, 4)
    posted(lot, "storage", "waste", 8 * ONE, reason="broken")
    with pytest.raises(Refused) as refusal:
        closed(count)
    assert refused_codes(refusal) == ["count.changed"]
    assert lot.number in reason_of(refusal)
    assert (lies(lot, "storage"), deltas(lot)) == (2 * ONE, [])


def test_held_and_quarantined_stock_is_counted() -> None:
    lot = a_lot(containers=3)
    some_stock(lot, 2 * ONE, kind="quarantine")
    held("lot", lot.id)
    count = sheet("storage", "quarantine")
    for one in lines(count):
        for number, who in enumerate(("technician", "pharmacist2")):
            with transaction():
                stock.count_line(
                    one.row.id, count.id, outcome="counted", containers=1, again=number or None,
                    at=clock.now(), by=Cast().actor(who),
                )  # fmt: skip
    closed(count)
    assert (lies(lot, "storage"), lies(lot, "quarantine")) == (ONE, ONE)


def test_a_second_count_of_the_same_place_is_refused_and_says_who_counts() -> None:
    count = sheet("storage", "in_use")
    with pytest.raises(Refused) as refusal:
        sheet("storage", who="pharmacist")
    assert refused_codes(refusal) == ["count.place_taken"]
    assert reason_of(refusal) == f"Tom Girard counts Shelf since 13:00 (count {count.id})."
    cancelled(count)
    assert sheet("storage").state == "open"


def test_two_who_open_a_count_of_one_place_at_once(app: Flask) -> None:
    told = at_once(app, lambda _: sheet(), 2)
    assert sorted(type(one).__name__ for one in told) == ["Refused", "StockCount"]


def test_the_same_line_twice_asks_and_does_not_say_what_was_found() -> None:
    lot = a_lot()
    count = sheet()
    counted(count, lot, 3)
    with pytest.raises(Refused) as refusal:
        counted(count, lot, 2, "pharmacist")
    assert refused_codes(refusal) == ["count.line_twice"]
    assert reason_of(refusal) == f"Tom Girard answered for lot {lot.number} at Shelf at 13:00."
    assert counted(count, lot, 2, "pharmacist", again=1).number == 2


def test_a_difference_above_the_limit_waits_for_another_person_then_for_a_pharmacist() -> None:
    lot = a_lot(containers=3)
    count = sheet()
    counted(count, lot, 1)
    assert refused(closed, count) == ["count.recount"]
    counted(count, lot, 1, again=1)
    assert refused(closed, count) == ["count.recount"]
    counted(count, lot, 1, "pharmacist", again=2)
    assert refused(closed, count, "technician") == ["count.needs_pharmacist"]
    assert refused(closed, count, "pharmacist") == ["count.same_person"]
    assert closed(count, "pharmacist2").self_checked is False


def test_on_a_solo_site_the_same_person_counts_twice_and_it_says_self_checked(cast: Cast) -> None:
    changed(the_site(), solo=True)
    lot = a_lot(containers=3)
    count = sheet(who="pharmacist")
    counted(count, lot, 2, "pharmacist")
    assert refused(closed, count) == ["count.recount"]
    counted(count, lot, 2, "pharmacist", again=1)
    assert closed(count).self_checked is True


def test_lines_without_an_answer_are_named_and_not_counted_is_an_answer() -> None:
    lot = a_lot()
    count = sheet()
    with pytest.raises(Refused) as refusal:
        closed(count)
    assert reason_of(refusal) == f"Lot {lot.number} at Shelf is not answered."
    counted(count, lot, outcome="not_counted")
    closed(count, "technician", reason="")
    assert (deltas(lot), lies(lot, "storage")) == ([], 3 * ONE)


def test_a_figure_is_not_taken_back_by_leaving_its_line_out() -> None:
    lot = a_lot()
    count = sheet()
    counted(count, lot, 1)
    assert refused(counted, count, lot, outcome="not_counted", again=1) == ["count.was_counted"]
    assert refused(closed, count, "technician", reason="") == ["count.recount"]


def test_what_no_line_expects_is_added_once() -> None:
    lot = a_lot(containers=0)
    count = sheet()
    added(count, lot=queries.lot(lot.id))
    assert refused(added, count, lot=lot) == ["count.on_sheet"]
    agreed(count, lot, 2)
    closed(count)
    assert (lies(lot, "storage"), queries.lot(lot.id).status) == (2 * ONE, "available")


def test_a_vial_is_counted_where_the_ledger_has_it() -> None:
    vial = opened(a_lot())
    count = sheet("storage")
    assert refused(added, count, vial=vial) == ["vial.elsewhere"]
    assert refused(added, sheet("in_use"), lot=vial.lot, place_id=the_place("in_use").id) == [
        "count.sealed_there"
    ]


# What cannot be read is refused before any table is asked.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"containers": -1}, "count.negative"),
        ({"containers": 0}, "count.zero"),
        ({"containers": 1_000_001}, "count.too_many"),
        ({}, "count.no_answer"),
        ({"containers": 1, "left": "5 mL"}, "count.part"),
        ({"outcome": "guessed", "containers": 1}, "count.no_answer"),
    ],
)
def test_what_cannot_be_a_count_is_refused_and_nothing_is_kept(given: dict[str, object], code: str) -> None:
    lot = a_lot()
    count = sheet()
    assert refused(counted, count, lot, **given) == [code]
    assert line(count, lot).entries == []


def test_a_place_closed_meanwhile_is_neither_counted_nor_settled() -> None:
    lot = a_lot()
    count = sheet()
    counted(count, lot, 3)
    changed(the_place(), is_active=False)
    assert refused(counted, count, lot, 3, again=1) == ["count.place_closed"]
    assert refused(closed, count) == ["count.place_closed"]


def test_two_who_close_at_once_post_it_once(app: Flask) -> None:
    lot = a_lot(containers=3)
    count = sheet()
    agreed(count, lot, 2)
    let_go(lot, count)
    told = at_once(app, lambda _: closed(count), 2)
    assert sorted(type(one).__name__ for one in told) == ["Refused", "StockCount"]
    assert lies(lot, "storage") == 2 * ONE


def test_two_who_answer_for_one_line_at_once_and_one_is_asked(app: Flask) -> None:
    lot = a_lot(containers=3)
    count = sheet()
    let_go(lot, count)
    told = at_once(
        app, lambda number: counted(count, lot, number + 1, ("technician", "pharmacist")[number]), 2
    )
    assert sorted(type(one).__name__ for one in told) == ["CountEntry", "Refused"]
    assert len(line(count, lot).entries) == 1


def test_the_same_click_twice_closes_once_and_a_later_entry_is_looked_at_first() -> None:
    lot = a_lot(containers=3)
    count = sheet()
    agreed(count, lot, 2)
    assert refused(closed, count, seen_id=1) == ["count.entered_since"]
    key = "k" * 20
    assert closed(count, key=key).id == closed(count, key=key).id
    assert refused(closed, count) == ["count.ended"]
    assert lies(lot, "storage") == 2 * ONE


def test_a_count_is_cancelled_with_a_reason_and_moves_nothing() -> None:
    lot = a_lot()
    count = sheet()
    counted(count, lot, 1)
    assert refused(cancelled, count, " ") == ["count.no_reason"]
    assert cancelled(count).state == "cancelled"
    assert refused(counted, count, lot, 1) == ["count.ended"]
    assert deltas(lot) == []


def test_every_act_of_a_count_is_on_the_trail() -> None:
    lot = a_lot(containers=3)
    count = sheet()
    agreed(count, lot, 2)
    closed(count)
    acts = db.session.scalars(
        db.select(AuditEntry.action).filter_by(object_kind="stock_count").order_by(AuditEntry.id)
    )
    assert list(acts) == ["stock.open_count", "stock.count_line", "stock.count_line", "stock.close_count"]


def test_who_keeps_no_stock_counts_none_and_another_site_sees_none(cast: Cast) -> None:
    with pytest.raises(Forbidden):
        sheet(who="practitioner")
    with pytest.raises(Missing):
        queries.count(sheet().id, cast.other_site.id)


def test_a_place_is_due_by_its_own_interval_and_never_without_one(watch: Watch) -> None:
    assert queries.due_for_count(the_site().id, clock.now()) == []
    changed(the_place(), count_every=30)
    assert [due.last_on for due in queries.due_for_count(the_site().id, clock.now())] == [None]
    closed(sheet(), "technician", reason="")
    start = clock.now()
    for days, due in ((29, 0), (30, 1)):
        assert len(queries.due_for_count(the_site().id, start + timedelta(days=days))) == due


def test_a_count_that_left_everything_out_leaves_its_place_due(watch: Watch) -> None:
    lot = a_lot()
    changed(the_place(), count_every=30)
    count = sheet()
    counted(count, lot, outcome="not_counted")
    closed(count, "technician", reason="")
    assert [due.last_on for due in queries.due_for_count(the_site().id, clock.now())] == [None]
    count = sheet()
    counted(count, lot, 3)
    closed(count, "technician", reason="")
    assert queries.due_for_count(the_site().id, clock.now()) == []


def test_a_delivery_of_a_new_lot_meanwhile_asks_for_no_line() -> None:
    count = sheet()
    received(a_product().id)
    assert (lines(count), closed(count, "technician", reason="").state) == ([], "closed")
