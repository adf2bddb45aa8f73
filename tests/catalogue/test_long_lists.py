"""Lists that grow: read by pages, and found beyond what a picker offers."""

from functools import partial
from importlib import import_module

import pytest

from formulary.catalogue import queries
from formulary.catalogue.queries import search
from formulary.web import paging
from tests.catalogue.test_limits import proposed
from tests.support.builders.catalogue import a_device, a_product, an_ingredient

NEW = "/catalogue/formulas/new"


@pytest.fixture
def small(monkeypatch):
    """Pages of two rows."""
    for name in ("limits", "devices"):
        module = import_module(f"formulary.catalogue.queries.{name}")
        monkeypatch.setattr(module, "page", partial(paging.page, size=2))


def said(page):
    """What the picker says of itself."""
    return page.texts(id="picker")[0]


def test_limits_that_wait_are_read_by_pages_and_counted_whole(clients, cast, small):
    product = a_product(an_ingredient("waiting"))
    rows = [proposed(cast, product, dose) for dose in (100, 200, 300)]
    client = clients("pharmacist")
    first = client.get_ok("/catalogue/limits")
    assert first.h1.split() == [str(queries.how_many_limits_wait()), "limits", "to", "approve"]
    second = client.get_ok(first.links["Older"])
    numbers = [[f"number {row.id}" in page.text for row in rows] for page in (first, second)]
    assert numbers == [[True, True, False], [False, False, True]]


def test_syringes_of_before_are_read_by_pages(clients, cast, small):
    names = [a_device(f"{size} mL", "1 mL", status="retired").name for size in (31, 32, 33)]
    first = clients("pharmacist").get_ok("/catalogue/syringes")
    second = clients("pharmacist").get_ok(first.links["Older"])
    shown = [[name in page.text for name in names] for page in (first, second)]
    assert shown == [[False, True, True], [True, False, False]]


def test_the_list_of_ingredients_says_how_many_there_are_and_finds_the_rest(clients, app, monkeypatch):
    monkeypatch.setattr(search, "MOST", 1)
    row = an_ingredient("zygomorphine")
    page = clients("practitioner").get_ok(NEW)
    assert said(page) == (
        f"2 of {queries.how_many('active', 'diluent')} offered; find the others by a part of the name."
    )
    for typed, words in (("zygomorph", "1 of"), ("zigomorphine", "spelt nearly so")):
        page = clients("practitioner").post_refused(NEW, {"find": typed}, press="Find", status=200)
        offered = [option.text for option in page.one("select", name="add")]
        assert (offered[1:], words in said(page)) == ([row.name], True)
