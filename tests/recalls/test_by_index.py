"""How the databases answer who received a lot: from its index, in its order, on every page of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from formulary import clock
from formulary.bench.queries import plans_of, statements_of
from formulary.db import db
from formulary.recalls.queries import flows, given, look_up_lots, tested
from formulary.recalls.queries.steps import steps_from
from formulary.web.paging import Window
from tests.recalls.doing import a_session, opened, somebody
from tests.support.builders import a_lot, a_patient
from tests.support.counting import counting_queries
from tests.support.snapshots import reach

INDEX = "ix_given_lot_recall"
SORTING = ("TEMP B-TREE", "Sort  (")
"""What a plan says where rows are sorted; a merge of rows in order names its key alone."""


@pytest.fixture
def lots(app, database):
    """Two lots that twelve and nine patients received, and others beside them."""
    found = reach(app, database, "given by index", _tell)
    return [found["twelve"], found["nine"]]


def _tell():
    found = {}
    for name, count in (("twelve", 12), ("nine", 9), ("five", 5)):
        lot = a_lot(containers=10)
        vial, found[name] = opened(lot), lot.id
        for number in range(count):
            at = clock.now() - timedelta(minutes=number)
            a_session(a_patient(ready=False), (vial, "0.05 mL"), at=at)
    return found


def without_shortcuts():
    """PostgreSQL reads a table of a few rows as a whole, and sorts them; with a ledger it would not."""
    if db.engine.dialect.name == "postgresql":
        for way in ("seqscan", "bitmapscan", "sort"):
            db.session.execute(text(f"SET enable_{way} = off"))


def the_plan(work):
    """The plan of the one statement that a piece of work sends."""
    without_shortcuts()
    [plan] = plans_of(work)
    return plan


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("token", ["", "after", "before"])
def test_each_page_is_read_in_the_order_of_the_index(lots, several, token):
    wanted = lots if several else lots[:1]
    top = given.received_page(wanted, Window(), size=3)
    second = given.received_page(wanted, Window(after=top.older), size=3)
    window = {"": Window(), "after": Window(after=top.older), "before": Window(before=second.newer)}[token]
    plan = the_plan(lambda: given.received_page(wanted, window, size=3))
    assert sum(INDEX in line for line in plan.lines) == len(wanted), plan.lines
    assert not any(way in line for way in SORTING for line in plan.lines), plan.lines


def test_how_far_a_lot_went_is_counted_from_the_index(lots):
    plan = the_plan(lambda: given.reach(lots))
    assert plan.uses(INDEX), plan.lines
    assert not any("SCAN given_lot" in line and INDEX not in line for line in plan.lines), plan.lines


def test_each_step_of_the_trace_is_found_by_an_index(lots):
    plan = the_plan(lambda: steps_from(lots))
    whole = ("SCAN ", "Seq Scan on ")
    read_whole = {line.split(way)[1].split()[0] for line in plan.lines for way in whole if way in line}
    assert read_whole <= {"found", "found_1"}, plan.lines
    assert plan.uses("ix_movement_vial"), plan.lines


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_the_pages_of_several_lots_hold_every_row_once_in_one_order(lots, size):
    every, pages, window = given.received(lots, size=100), [], Window()
    while True:
        page = given.received_page(lots, window, size=size)
        pages += page.rows
        if not page.older:
            break
        window = Window(after=page.older)
    assert pages == every
    assert [(row.at, row.id) for row in every] == sorted(((row.at, row.id) for row in every), reverse=True)
    assert len(every) == 21


def test_backwards_the_pages_are_the_same(lots):
    forth = [given.received_page(lots, Window(), size=5)]
    while forth[-1].older:
        forth.append(given.received_page(lots, Window(after=forth[-1].older), size=5))
    back = [forth[-1]]
    while back[-1].newer:
        back.append(given.received_page(lots, Window(before=back[-1].newer), size=5))
    assert [page.rows for page in back[1:]] == [page.rows for page in forth[-2::-1]]


def test_everybody_is_read_in_stretches(lots, monkeypatch):
    monkeypatch.setattr(given, "ALL_AT_ONCE", 4)
    with counting_queries() as sent:
        rows = list(given.everybody(lots))
    assert (len(rows), len(sent)) == (21, 7)
    assert rows == given.received(lots, size=100)


def test_an_older_page_costs_no_more_than_the_first(lots):
    by = somebody()
    top = given.received_page(lots, Window(), size=3)
    costs = []
    for window in (Window(), Window(after=top.older)):
        with counting_queries() as sent:
            look_up_lots(lots, at=clock.now(), by=by, window=window)
        costs.append(len(sent))
    assert costs[1] <= costs[0]


def test_the_answer_of_a_lot_asks_fourteen_questions(lots):
    by = somebody()
    with counting_queries() as sent:
        look_up_lots(lots, at=clock.now(), by=by)
    assert len(sent) == 14, sent


def test_what_became_of_a_lot_reads_each_movement_once(lots):
    """A lot moves thousands of times: to look twice and sort by names took longer than all else."""
    plan = the_plan(lambda: flows(lots))
    reading = [line for line in plan.lines if "SEARCH movement" in line or "Scan using ix_movement" in line]
    assert len(reading) == 1, plan.lines


def test_what_went_to_tests_is_sought_by_lot_and_place(lots):
    plan = the_plan(lambda: tested._used(lots))
    assert not any("SCAN movement" in line or "Seq Scan on movement" in line for line in plan.lines), (
        plan.lines
    )


def test_words_of_ours_stand_in_the_statement_so_that_one_plan_serves_every_lot(lots):
    """PostgreSQL plans anew, on each page, what a plan without its values would answer worse."""
    by = somebody()
    with statements_of() as sent:
        look_up_lots(lots, at=clock.now(), by=by)
    values = (value for _, told in sent for value in (told.values() if isinstance(told, dict) else told))
    asked = {value for value in values if isinstance(value, str) and value.replace("_", "").isalpha()}
    assert (len(sent), asked) == (14, set())


def test_the_page_of_an_answer_asks_five_questions_more(lots, clients):
    """Who asks and where, cases, that it was seen, and the figures of the navigation."""
    client = clients("recall")
    client.get_ok(f"/recalls/answer?lot={lots[0]}")
    with counting_queries() as sent:
        client.get(f"/recalls/answer?lot={lots[0]}")
    assert len(sent) == 19, sent
