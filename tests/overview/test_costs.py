"""What a page costs: as many statements for four times as many rows."""

from datetime import date, timedelta

import pytest

from tests.overview.doing import an_emergency, attempted, held
from tests.recalls.doing import a_cocktail, opened
from tests.support.builders import a_lot, a_patient, a_product, a_test, fresh, some_stock
from tests.support.counting import counting_queries

EVERYBODY = ("admin", "pharmacist", "technician", "practitioner", "recall", "auditor")
STATES = ("draft", "prescribed", "verified")
IN_HAND = ("in_preparation", "prepared", "administering")


def a_lot_of_work(times, by):
    """So many of everything that a first page reads."""
    for _ in range(times):
        patient, product = a_patient(ready=False), a_product()
        for state in STATES:
            a_cocktail(patient, state)
        for state in IN_HAND:
            attempted(patient, state)
        lot = a_lot(product, expires_on=date(2026, 12, 1))
        some_stock(lot, product.content, kind="quarantine")
        opened(lot)
        a_test(patient, a_lot(), a_lot(), ago=timedelta(hours=45))
        held(lot)
        an_emergency(patient, by)


def statements(client, url):
    """How many the page takes once everything that is kept between requests is kept."""
    client.get(url)
    with counting_queries() as sent:
        client.get_ok(url)
    return sent


def test_a_first_page_of_four_times_as_many_rows_costs_no_more(clients, cast):
    by = cast.actor("practitioner").person_id
    a_lot_of_work(1, by)
    few = {who: statements(clients(who), "/") for who in EVERYBODY}
    a_lot_of_work(3, by)
    many = {who: statements(clients(who), "/") for who in EVERYBODY}
    assert [(who, sent) for who, sent in many.items() if len(sent) > len(few[who])] == []
    assert [(who, sent) for who, sent in few.items() if len(sent) > 25] == []


@pytest.mark.parametrize("url", ["/vials", "/expiry"])
def test_a_board_of_four_times_as_many_rows_costs_no_more(clients, url):
    client, costs = clients("technician"), []
    for times in (1, 3):
        for _ in range(times):
            opened(a_lot(expires_on=date(2026, 12, 1)))
        costs.append(statements(client, url))
    few, many = costs
    assert len(many) <= len(few), many


def test_a_find_of_four_times_as_many_rows_costs_no_more(clients):
    client, costs = clients("pharmacist"), []
    for times in (1, 3):
        for _ in range(times):
            a_lot(a_product(name=fresh("Kovacine")))
            a_patient(name="Anna Kovac", ready=False)
        page = client.get_ok("/")
        with counting_queries() as sent:
            answer = client.submit(page, {"q": "kovac"}, to="/find")
        costs.append((answer.status_code, len(sent)))
    few, many = costs
    assert (few[0], many) == (200, few)
