"""How the databases answer a recall: from the one index, in its order, in a fixed number of statements."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from formulary import clock
from formulary.administrations.models import GivenLot
from formulary.bench.measures.recall import received, targets
from formulary.bench.queries import plans_of
from formulary.bench.queries.plans import Plan
from formulary.db import db
from formulary.recalls.queries import look_up_lots
from tests.bench.conftest import Tell
from tests.support.counting import counting_queries
from tests.support.world import Cast

INDEX = "ix_given_lot_recall"


def without_shortcuts() -> None:
    """PostgreSQL reads a table of a few rows as a whole, and sorts them; with a ledger it would not."""
    if db.engine.dialect.name == "postgresql":
        for way in ("seqscan", "bitmapscan", "sort"):
            db.session.execute(text(f"SET enable_{way} = off"))


def test_who_received_a_lot_is_answered_from_the_index(tell: Tell) -> None:
    tell(cocktails=40)
    without_shortcuts()
    [target] = targets([10])
    [plan] = plans_of(lambda: received([target.lot_id], 50))
    assert plan.uses(INDEX), plan.lines
    assert not plan.sorts, plan.lines


def test_the_index_goes_unnoticed_where_it_does_not_lead(tell: Tell) -> None:
    """The check above sees when the index is not used."""
    tell(cocktails=25)
    [plan] = plans_of(lambda: db.session.scalars(db.select(GivenLot.wasted).order_by(GivenLot.wasted)).all())
    assert (plan.uses(INDEX), plan.sorts) == (False, True)


def test_a_plan_that_sorts_is_seen_on_both_databases() -> None:
    assert Plan("", ("USE TEMP B-TREE FOR ORDER BY",)).sorts
    assert Plan("", ("Sort  (cost=1..2)",)).sorts
    assert not Plan("", ("Index Only Scan using ix_given_lot_recall on given_lot",)).sorts


@pytest.mark.parametrize("rows", [3, 10])
def test_an_answer_costs_as_many_statements_for_few_rows_as_for_many(
    tell: Tell, cast: Cast, rows: int
) -> None:
    tell(cocktails=40)
    [target] = targets([rows])
    by = cast.actor("recall")
    with counting_queries() as sent:
        look_up_lots([target.lot_id], at=clock.now(), by=by)
    assert len(sent) <= 25, sent


def test_an_answer_costs_no_more_with_a_longer_ledger(tell: Tell, cast: Cast) -> None:
    tell(cocktails=25)
    [target] = targets([10])
    before = statements(lambda: look_up_lots([target.lot_id], at=clock.now(), by=cast.actor("recall")))
    tell(cocktails=100, seed=8)
    after = statements(lambda: look_up_lots([target.lot_id], at=clock.now(), by=cast.actor("recall")))
    assert after == before


def statements(work: Callable[[], object]) -> int:
    with counting_queries() as sent:
        work()
    return len(sent)
