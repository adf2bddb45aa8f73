"""How often something was followed by a reaction: n of m, who is counted, within which time, at what cost."""

import csv
import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from formulary import clock
from formulary.accounts import Operator
from formulary.administrations.actions import reactions as actions
from formulary.administrations.models import Administration
from formulary.administrations.queries import reactions as queries
from formulary.administrations.queries.reactions import Span
from formulary.bench.queries import plans_of
from formulary.cocktails.models import Revision
from formulary.db import db, transaction
from tests.reactions.doing import felt, recorded, withdrawn
from tests.recalls.doing import a_session, opened
from tests.support.builders import a_formula, a_lot, a_patient, a_product, act
from tests.support.counting import counting_queries

DAY = timedelta(days=1)
TESTS = Operator("tests")


@pytest.fixture
def kinds(app):
    """A checklist of two kinds."""
    rows = [{"word": word, "name": word.title(), "source": "test"} for word in ("redness", "rash")]
    with transaction():
        actions.set_reaction_kinds(rows, at=clock.now(), by=TESTS)


def session_of(cocktail):
    return db.session.scalars(db.select(Administration).filter_by(cocktail_id=cocktail.id)).one()


def given(vial, share="0.9", at=None):
    """One patient more got 0.1 mL of a vial, or this share of it."""
    return session_of(a_session(a_patient(), (vial, "0.1 mL"), share=share, at=at))


def span(days=1, until=1):
    return Span(clock.now() - days * DAY, clock.now() + until * DAY)


def counted(subject, **window):
    found = queries.rates(subject, span(**window))
    return [(rate.name, rate.followed, rate.serious, rate.given) for rate in found.rows]


def test_a_rate_says_how_many_of_how_many_sessions_a_reaction_followed(kinds):
    lot = a_lot(number="RED1")
    vial = opened(lot)
    sessions = [given(vial) for _ in range(3)]
    recorded(sessions[0])
    recorded(sessions[0], felt("rash"))
    recorded(sessions[1], felt(serious="yes", serious_reason="Hospital"))
    found = queries.rates("lot", span())
    assert counted("lot") == [("RED1", 2, 1, 3)]
    assert (found.followed, found.given, found.more) == (2, 3, False)
    assert counted("product") == [(lot.product.name, 2, 1, 3)]
    assert counted("ingredient") == [(lot.product.ingredient.name, 2, 1, 3)]


def test_two_lots_of_one_product_count_once_where_both_were_given(kinds):
    product = a_product()
    one, other = a_lot(product, number="ONE1"), a_lot(product, number="TWO2")
    both = session_of(a_session(a_patient(), (opened(one), "0.1 mL"), (opened(other), "0.1 mL")))
    recorded(both)
    given(opened(one))
    assert counted("product") == [(product.name, 1, 0, 2)]
    assert counted("lot") == [("ONE1", 1, 0, 2), ("TWO2", 1, 0, 1)]


def test_what_was_withdrawn_not_given_or_tested_is_not_counted(kinds):
    vial = opened(a_lot(number="RED1"))
    withdrawn(recorded(given(vial)))
    given(vial, share="0")
    assert (counted("lot"), queries.rates("lot", span()).given) == ([], 1)


def test_a_session_outside_the_time_is_not_counted(kinds):
    vial = opened(a_lot(number="RED1"))
    early, late = clock.now() - 3 * DAY, clock.now() - DAY
    recorded(given(vial, at=early))
    recorded(given(vial, at=late))
    given(vial, at=late)
    assert counted("lot", days=4) == [("RED1", 2, 0, 3)]
    assert counted("lot", days=1) == [("RED1", 1, 0, 2)]
    assert counted("lot", days=1, until=-1) == []


def test_by_formula_every_version_of_it_counts(kinds):
    vial, formula = opened(a_lot()), a_formula()
    sessions = [given(vial) for _ in range(3)]
    with act():
        for session in sessions[:2]:
            revision(session).formula_version_id = formula.id
    recorded(sessions[0])
    recorded(sessions[2])
    assert counted("formula") == [(formula.formula.name, 1, 0, 2)]


def revision(session):
    return db.session.scalars(db.select(Revision).filter_by(cocktail_id=session.cocktail_id)).one()


def test_ten_times_the_sessions_cost_the_same_queries(kinds):
    vial, costs = opened(a_lot(number="RED1")), []
    for number in (1, 9):
        for _ in range(number):
            recorded(given(vial))
        with counting_queries() as counted_queries:
            queries.rates("ingredient", span())
        costs.append(len(counted_queries))
    assert costs == [4, 4]


WHOLE = re.compile(r"(SCAN|Seq Scan on) (given_lot|administration|reaction)\b")
INDEXES = {"ix_given_lot_recall", "ix_reaction_treated", "ix_administration_given"}


@pytest.mark.parametrize("subject", queries.SUBJECTS)
def test_no_rate_reads_a_table_of_sessions_whole(kinds, subject):
    recorded(given(opened(a_lot())))
    if db.engine.dialect.name == "postgresql":
        for way in ("seqscan", "bitmapscan"):
            db.session.execute(text(f"SET enable_{way} = off"))
    lines = [line for plan in plans_of(lambda: queries.rates(subject, span())) for line in plan.lines]
    whole = [line for line in lines if WHOLE.search(line)]
    assert (whole, any(name in " ".join(lines) for name in INDEXES)) == ([], True)


def test_the_page_and_the_file_say_the_same(kinds, clients):
    recorded(given(opened(a_lot(number="RED1"))))
    technician = clients("technician")
    page = technician.get_ok("/reactions/rates")
    assert "1 of 1" in page.text
    rows = list(csv.reader(io.StringIO(technician.get(page.links["CSV"]).data.decode("utf-8-sig"))))
    assert [row[0] for row in rows] == ["what", "RED1"]
    assert rows[1][2:] == ["1", "0", "1", "2025-11-24", "2026-11-24"]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("by=colour", "This choice is not offered here any more. Choose one from the list."),
        ("by=lot&since=2026-11-25&until=2026-11-24", "This day is after the other one. Turn them round."),
        ("by=lot&since=yesterday", "“yesterday” is not a date this field can read. Write it as 2026-11-24."),
    ],
)
def test_what_cannot_be_counted_is_said(kinds, clients, asked, says):
    client = clients("pharmacist")
    assert client.get_page(f"/reactions/rates?{asked}", status=422).errors == [says]
    assert client.get(f"/reactions/rates.csv?{asked}").status_code == 404
