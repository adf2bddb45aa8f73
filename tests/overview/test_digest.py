"""One page per role with all that is to do, gravest first; its counts are those of the pages it leads to."""

from datetime import timedelta

import pytest

from formulary import clock
from formulary.db import transaction
from formulary.overview.labels.digest import PAGES
from formulary.overview.labels.needs import DUTIES
from formulary.stock import actions as stock
from tests.overview.doing import NAME, a_product_named, accesses, held, titles, today, words
from tests.recalls.doing import opened
from tests.support.builders import a_lot, a_user, act, some_stock, the_place


def groups(page):
    """How many things each group counts, in their order."""
    heads = [head for head in page.all("h2") if head.get("id", "").startswith("group-")]
    return {words(head).rpartition(" ")[0].strip(): int(words(head).rpartition(" ")[2]) for head in heads}


def leads(page):
    """Where each group leads."""
    return {label.removeprefix("All of them: "): href for label, href in page.links.items() if ": " in label}


def digest(clients, who, role=""):
    return clients(who).login(who).get_ok(f"/digest{role}")


def below(lot, minimum, by):
    """The site wants to keep so many containers of its product."""
    with transaction():
        unsaid = dict.fromkeys(("target", "supplier_id", "lead_days", "per_pack"))
        given = {"minimum": minimum, "at": clock.now(), "by": by, "version": 0} | unsaid
        stock.set_level(by.site_id, lot.product_id, **given)


def a_shelf(cast, watch):
    """Lapsed and lapsing vials, lots that expire, one in quarantine, one below minimum, a place to count."""
    old = opened(a_lot(a_product_named("Lapsed")))
    watch.set(old.beyond_use_at - timedelta(days=27, hours=12))
    soon = opened(a_lot(a_product_named("Soon")))
    watch.set(soon.beyond_use_at - timedelta(hours=2))
    for days in (0, 3, 14, 15):
        a_lot(a_product_named(f"Ends{days}"), expires_on=watch.at.date() + timedelta(days=days))
    waits = a_lot(a_product_named("Waits"), containers=0)
    some_stock(waits, 2 * waits.product.content, kind="quarantine")
    below(a_lot(a_product_named("Short")), 4, cast.actor("pharmacist"))
    with act():
        the_place().count_every = 30


def test_counts_agree_with_the_pages_they_lead_to(clients, cast, watch):
    a_shelf(cast, watch)
    page, client = digest(clients, "pharmacist"), clients("pharmacist")
    counts, pages = groups(page), leads(page)
    assert counts == {
        "Open vials": 2,
        "Lots that expire": 3,
        "Lots in quarantine": 1,
        "Below minimum": 1,
        "Counts": 1,
    }
    assert words(page.one("h1")) == "8 things to do as pharmacist"
    assert words(client.get_ok(pages["Open vials"]).one("h1")) == "2 open vials, 1 to be wasted, 1 soon over"
    assert words(client.get_ok(pages["Lots that expire"]).one("h1"))[:6] == "3 lots"
    shelf = client.get_ok(pages["Lots in quarantine"])
    assert len(shelf.all("th", scope="row")) == 1
    assert "Shelf" in words(client.get_ok(pages["Counts"]))


def test_the_gravest_stands_first_and_everything_of_the_first_page_is_there(clients, cast, watch):
    a_shelf(cast, watch)
    page = digest(clients, "pharmacist")
    expected = ["Open vials", "Lots in quarantine", "Lots that expire", "Below minimum", "Counts"]
    assert list(groups(page)) == expected
    assert sorted(titles(page)) == sorted(titles(today(clients("pharmacist"))))


@pytest.mark.parametrize(
    ("who", "expected"),
    {
        "pharmacist": {"In your hands": 1},
        "technician": {"Cocktails to prepare": 1},
        "practitioner": {"Patch tests to read": 1},
        "recall": {"Holds": 1},
        "auditor": {"Holds": 1},
        "admin": {},
    }.items(),
)
def test_every_role_has_its_own_page(clients, who, expected, day):
    found = groups(digest(clients, who))
    assert {name: count for name, count in found.items() if name in expected} == expected
    if not expected:
        assert found == {}


def test_who_has_two_roles_has_two_pages_and_nobody_has_anothers(clients, cast):
    a_user("two", "technician", "recall_officer", site=cast.site)
    held(a_lot(number="H1"))
    client = clients("two")
    assert client.get_ok("/digest").h1 == "Nothing to do as technician"
    page = client.get_ok("/digest?role=recall_officer")
    assert (words(page.one("h1")), page.links["As technician"]) == (
        "1 thing to do as recall officer",
        "/digest?role=technician",
    )
    assert [client.get(f"/digest?role={role}").status_code for role in ("pharmacist", "x")] == [404, 404]


def test_names_on_it_are_noted(clients, day):
    page = digest(clients, "practitioner")
    assert (NAME in words(page), accesses("what", "patients")) == (True, [("overview.digest", 1)])
    assert NAME not in words(digest(clients, "technician"))
    assert len(accesses("what")) == 1


def test_everything_that_calls_anybody_has_a_page_that_lists_it():
    called = {duty.__name__ for duties in DUTIES.values() for duty in duties}
    assert called == set(PAGES)
