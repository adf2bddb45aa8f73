"""The catalogue is kept while it stays as it is: a change counts from its commit on, whoever made it."""

import re
from datetime import date

import pytest
from sqlalchemy import text

from formulary import clock
from formulary.accounts import facts as accounts
from formulary.catalogue import facts
from formulary.catalogue.facts import kept
from formulary.catalogue.models import Product
from formulary.db import Missing, db
from formulary.patients import facts as patients
from tests.house.test_database import TOLD_TO_THE_RULES
from tests.support.builders import a_condition_kind, a_policy, a_washout_decision, the_site
from tests.support.counting import counting_queries

CAFFEINE = "caffeine and sodium benzoate"
TWICE = "UPDATE catalogue_limit SET amount = amount * 2"
TOUCHED = "UPDATE {0} SET id = id"
RENAMED = "UPDATE product SET name = 'another' WHERE id = {0.id}"
NEXT_YEAR = "UPDATE catalogue_limit SET valid_from = '2027-01-01'"
NAMED = re.compile(r"(?:FROM|JOIN) (\w+)")


def doses(product):
    """The most per session of a product, by its label."""
    return {limit.dose for limit in facts.product(product.id).limits}


def elsewhere(statement):
    """Another connection, as another process has it, changes the catalogue; then a new request begins."""
    with db.engine.begin() as connection:
        connection.execute(text(statement))
    db.session.rollback()


@pytest.fixture
def caffeine(loaded):
    product = loaded.product(CAFFEINE)
    db.session.rollback()
    return product


def test_what_is_kept_costs_one_row(caffeine):
    first = facts.product(caffeine.id)
    with counting_queries() as asked:
        assert facts.product(caffeine.id) is first
    assert len(asked) == 1, asked


def test_a_limit_changed_elsewhere_is_seen_by_the_very_next_asking(caffeine):
    before = doses(caffeine)
    elsewhere(TWICE)
    assert doses(caffeine) == {dose * 2 for dose in before}


def test_a_change_counts_in_its_own_transaction_and_goes_back_with_it(caffeine):
    before = facts.product(caffeine.id)
    db.session.connection().execute(text(TWICE))
    assert doses(caffeine) == {limit.dose * 2 for limit in before.limits}
    db.session.rollback()
    assert facts.product(caffeine.id) is before


def test_what_a_session_read_before_is_not_kept_for_others(caffeine):
    row = db.session.get_one(Product, caffeine.id)
    assert row.name == CAFFEINE
    with db.engine.connect() as connection, connection.begin():
        connection.execute(text(RENAMED.format(caffeine)))
    facts.product(caffeine.id)
    db.session.rollback()
    assert facts.product(caffeine.id).name == "another"


def test_limits_hold_by_the_day_that_is_asked_about(caffeine):
    elsewhere(NEXT_YEAR)
    days = [date(2026, 12, 31), date(2027, 1, 1)] * 2
    told = [facts.products([caffeine.id], on=day)[caffeine.id] for day in days]
    assert [len(product.limits) > 0 for product in told] == [False, True, False, True]


def test_a_product_that_is_not_there_is_missing_each_time(caffeine):
    for _ in range(2):
        with pytest.raises(Missing, match="No product \\[99999\\]"):
            facts.products([caffeine.id, 99999])


def test_so_many_products_are_kept_and_no_more(loaded, monkeypatch):
    monkeypatch.setattr(kept, "PRODUCTS", 2)
    book = kept.Book(facts.now().token)
    keys = [row.id for row in book.listed()[:3]]
    told = book.products(keys)
    assert list(told) == sorted(keys)
    assert [key for key, _ in book._products] == sorted(keys)[1:]


def test_every_table_that_is_asked_renews_the_edition(loaded):
    book, site = kept.Book(facts.now().token), the_site()
    with counting_queries() as asked:
        book.products(row.id for row in book.listed())
        book.compatibilities(), book.syringes(), book.medicine_kinds(), patients.precautions(book)
        accounts.site_policies(site, clock.now())
    tables = {name for statement in asked.statements for name in NAMED.findall(statement)}
    assert tables == TOLD_TO_THE_RULES | {"catalogue_edition"}


@pytest.mark.parametrize("table", sorted(TOLD_TO_THE_RULES))
def test_a_change_of_a_table_renews_the_edition(loaded, table):
    a_condition_kind("keloid")
    a_policy(the_site(), "solo_delay_minutes", 5)
    a_washout_decision()
    before = facts.now().token
    elsewhere(TOUCHED.format(table))
    assert facts.now().token != before


def test_a_question_reworded_elsewhere_is_asked_in_its_new_words(loaded):
    a_condition_kind("keloid", name="keloids", action="inform")
    assert "keloids" in {row.name for row in patients.precautions().contraindications}
    elsewhere("UPDATE condition_kind SET name = 'scars that grow' WHERE word = 'keloid'")
    told = {row.name for row in patients.precautions().contraindications if row.word == "keloid"}
    assert told == {"scars that grow"}


def test_without_a_token_nothing_is_kept(caffeine):
    elsewhere("DELETE FROM catalogue_edition")
    assert facts.product(caffeine.id) is not facts.product(caffeine.id)
