"""Moving on its page: it offers where something lies and where else it may go, never one place for both."""

import pytest

from formulary.stock import queries
from formulary.stock.models import Place
from tests.stock.doing import lies, opened, posted
from tests.support.builders import a_lot, act, saved, the_place, the_site

pytestmark = pytest.mark.databases("sqlite")  # what a page says; the acts are asked of both elsewhere
ONE = 5_000_000


@pytest.fixture
def fridge(cast):
    """A second shelf of the site."""
    with act():
        return saved(Place(site_id=the_site().id, kind="storage", name="Cold shelf"))


def url(lot):
    return f"/stock/lots/{lot.id}/move"


def offered(page, name):
    """The words of the answers of one select, in their order."""
    [select] = page.all("select", name=name)
    return [option.text for option in select.iter("option")]


def test_where_all_of_it_lies_is_not_offered_as_where_it_goes(clients, fridge):
    page = clients("technician").get_ok(url(a_lot()))
    assert offered(page, "source_id") == ["Shelf"]
    assert offered(page, "target_id") == ["Cold shelf", "Quarantine"]


def test_of_a_lot_at_several_places_none_is_chosen_as_where_it_goes(clients, fridge):
    lot = a_lot()
    posted(lot, "storage", "quarantine", ONE, reason="quarantined")
    page = clients("technician").get_ok(url(lot))
    assert sorted(offered(page, "source_id")) == ["Quarantine", "Shelf"]
    assert offered(page, "target_id") == ["Choose…", "Cold shelf", "Quarantine", "Shelf"]


def test_a_place_named_for_both_is_refused_in_words_and_is_not_offered_again(clients, fridge):
    lot, here = a_lot(), the_place().id
    sent = {"source_id": here, "target_id": here, "containers": "2"}
    client = clients("technician")
    answer = client.submit(client.get_ok(url(lot)), sent, press="Move them")
    page = client.read(answer, url(lot), 422)
    assert page.errors == ["It lies at Shelf already. Choose another place."]
    assert offered(page, "target_id") == ["Cold shelf", "Quarantine"]
    assert page.form(button="Move them").fields["containers"] == ["2"]


def test_a_second_click_after_all_of_it_moved_answers_with_the_first(clients, fridge):
    lot, client = a_lot(), clients("technician")
    page = client.get_ok(url(lot))
    sent = {"source_id": the_place().id, "target_id": fridge.id, "containers": "3"}
    answers = [client.submit(page, sent, press="Move them") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert [c.quantity for c in queries.contents(lot_id=lot.id, place_id=fridge.id)] == [3 * ONE]


def test_an_open_vial_is_offered_every_place_but_its_own(clients):
    vial, client = opened(a_lot()), clients("technician")
    there = f"/stock/vials/{vial.id}/move"
    page = client.get_ok(there)
    assert offered(page, "target_id") == ["Quarantine"]
    sent = {"target_id": the_place("quarantine").id}
    answers = [client.submit(page, sent, press="Move it") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert lies(vial.lot, "quarantine") == ONE
    assert offered(client.get_ok(there), "target_id") == ["In use"]
