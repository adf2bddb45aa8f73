"""Counting a line again: never with the difference in sight, and whatever the clock says of its order."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from formulary import clock
from formulary.db import db
from formulary.rules.findings import Refused
from formulary.stock import queries
from tests.stock.counting import added, closed, counted, line, sheet, tolerating
from tests.stock.doing import lies, posted, reason_of, refused_codes
from tests.stock.test_counts import ONE, changed, deltas, refused
from tests.support.builders import a_lot, the_site
from tests.support.watch import Watch

pytestmark = pytest.mark.usefixtures("cast")


def test_once_the_differences_are_shown_who_counted_a_line_does_not_count_it_again() -> None:
    lot, other = a_lot(containers=40), a_lot(containers=0)
    tolerating(containers="2")
    count = sheet()
    counted(count, lot, 38)
    added(count, lot=queries.lot(other.id))
    with pytest.raises(Refused) as refusal:
        counted(count, lot, 40, again=1)
    assert refused_codes(refusal) == ["count.was_shown"]
    assert (
        reason_of(refusal)
        == f"You have counted {line(count, lot).name}, and the differences are shown by now."
    )
    assert counted(count, lot, 39, "pharmacist", again=1).seeing is True
    assert refused(counted, count, lot, 40, "pharmacist", again=2) == ["count.was_shown"]


def test_while_the_sheet_is_blind_a_slip_is_counted_again_by_whoever_made_it() -> None:
    lot, _ = a_lot(containers=3), a_lot(containers=2)
    count = sheet()
    counted(count, lot, 30)
    assert counted(count, lot, 3, again=1).seeing is False


def test_alone_one_counts_again_after_the_differences_were_shown_and_it_says_self_checked() -> None:
    changed(the_site(), solo=True)
    lot = a_lot(containers=3)
    count = sheet(who="pharmacist")
    for number, found in enumerate((2, 2, 3)):
        counted(count, lot, found, "pharmacist", again=number or None)
    assert closed(count, reason="").self_checked is True


def test_a_late_entry_for_the_very_minute_of_the_counting_has_the_line_counted_again(watch: Watch) -> None:
    lot, noon = a_lot(containers=10), clock.now()
    count = sheet()
    watch.move(seconds=30)
    counted(count, lot, 10)
    watch.move(minutes=2)
    posted(lot, "storage", "waste", ONE, reason="broken", occurred_at=noon)
    assert refused(closed, count) == ["count.same_minute"]
    counted(count, lot, 9, "pharmacist", again=1)
    closed(count, "technician", reason="")
    assert (deltas(lot), lies(lot, "storage")) == ([], 9 * ONE)


def test_what_is_recorded_as_it_happens_comes_after_the_counting_though_the_clock_went_back(
    watch: Watch,
) -> None:
    lot = a_lot(containers=10)
    count = sheet()
    counted(count, lot, 10)
    watch.move(hours=-1)
    posted(lot, "storage", "waste", ONE, reason="broken")
    closed(count, "technician", reason="")
    assert (deltas(lot), lies(lot, "storage")) == ([], 9 * ONE)


def test_what_somebody_counted_is_neither_changed_nor_deleted() -> None:
    lot = a_lot()
    entry = counted(sheet(), lot, 3)
    for statement in ("UPDATE count_entry SET found = 0 WHERE id = :id", "DELETE FROM count_entry"):
        with pytest.raises(DBAPIError, match="append-only"), db.engine.connect() as connection:
            connection.execute(text(statement), {"id": entry.id} if ":id" in statement else {})
