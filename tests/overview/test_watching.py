"""Who watches over what: holds, lookups, emergency accesses; who saw names is noted; strangers see none."""

import pytest

from formulary import clock
from tests.house.test_endpoints import writing_nothing
from tests.overview.doing import (
    a_product_named,
    accesses,
    an_emergency,
    held,
    leads_to,
    panels,
    said,
    titles,
    today,
)
from tests.recalls.doing import a_cocktail
from tests.stock.test_temperature import ranged, read
from tests.support.builders import a_lot, a_patient
from tests.support.client import MOVED
from tests.support.world import STAFF

EVERYBODY = ("admin", "pharmacist", "technician", "practitioner", "recall", "auditor")


def test_a_hold_is_followed_from_every_site_to_who_was_touched(clients, cast):
    held(a_lot(a_product_named("Cracked"), number="H1", site=cast.other_site))
    client = clients("recall")
    page = today(client)
    assert titles(page) == ["Follow lot H1"]
    assert "held: recall R-7 Cracked. Since 24 Nov 2026, by Claire Morel." in said(page, "Follow lot H1")
    assert "H1" in client.get_ok(leads_to(page)["Follow lot H1"]).h1


def test_holds_and_lookups_stand_beside_the_list_of_those_who_watch(clients):
    lot = a_lot(number="H1")
    held(lot)
    clients("recall").get_ok(f"/recalls/answer?lot={lot.id}")
    beside = {who: panels(today(clients(who))) for who in EVERYBODY}
    of_holds = [who for who in EVERYBODY if "On hold" in beside[who]]
    assert of_holds == ["pharmacist", "practitioner", "recall", "auditor"]
    assert [who for who in EVERYBODY if "Looked up lately" in beside[who]] == ["recall", "auditor"]
    assert "H1 Rose Fournier" in beside["auditor"]["Looked up lately"]


def test_a_lookup_of_last_month_is_not_lately(clients, watch):
    clients("recall").get_ok(f"/recalls/answer?lot={a_lot().id}")
    watch.move(days=30)
    assert "Looked up lately" not in panels(today(clients("auditor")))


def test_emergency_accesses_call_the_administrator_until_they_are_reviewed(clients, cast):
    patient, by = a_patient(site=cast.other_site), cast.actor("practitioner").person_id
    an_emergency(patient, by, reviewed_at=clock.now(), reviewed_by_id=by)
    assert titles(today(clients("admin"))) == []
    for _ in range(2):
        an_emergency(patient, by)
    page = today(clients("admin"))
    assert titles(page) == ["Review 2 emergency accesses"]
    assert patient.code in clients("admin").get_ok(leads_to(page)["Review 2 emergency accesses"]).text
    assert [titles(today(clients(who))) for who in EVERYBODY[1:]] == [[]] * 5


# Who reads what does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("who", [*STAFF, "practitioner3"])
def test_who_read_names_is_noted_and_nothing_else_is_written(clients, who, day):
    client = clients(who)
    with writing_nothing("the first page"):
        today(client)
    names = ("pharmacist", "pharmacist2", "practitioner", "practitioner2")
    expected = [("overview.today", STAFF[who][0], 1)] if who in names else []
    assert accesses("what", "person_name", "patients") == expected


def test_whose_name_was_not_shown_is_not_noted(clients):
    a_cocktail(a_patient(), "draft")
    today(clients("practitioner2"))
    assert accesses("what") == []
    for _ in range(30):
        a_cocktail(a_patient(), "prescribed")
    page = today(clients("pharmacist"))
    shown = {title.rpartition(" for ")[2] for title in titles(page)}
    shown |= {row.text for row in page.all("th", scope="row")}
    assert accesses("what", "patients") == [("overview.today", len(shown))]


# Who reads what does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("url", ["/vials", "/expiry"])
def test_the_boards_name_nobody_and_write_nothing(clients, url, day):
    patient, client = day, clients("pharmacist")
    with writing_nothing(url):
        page = client.get_ok(url)
    assert (accesses("what"), patient.name in page.html or page.mentions(patient.code)) == ([], False)


# Who reads what does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("url", ["/", "/vials", "/expiry"])
def test_strangers_are_sent_to_the_door(client, url, day):
    answer = client.get(url)
    assert (answer.status_code in MOVED, answer.location.split("?")[0]) == (True, "/accounts/sign-in")


def test_a_pharmacist_is_told_of_excursions_and_of_missing_readings(clients, cast, watch):
    ranged(cast)
    pharmacist, technician = clients("pharmacist"), clients("technician")
    assert titles(today(pharmacist)) == ["Read the thermometer of Shelf"]
    read(cast, 120)
    page = today(pharmacist)
    assert titles(page) == ["Decide on the excursion of Shelf"]
    assert "Shelf" in pharmacist.get_ok(leads_to(page)["Decide on the excursion of Shelf"]).h1
    assert titles(today(technician)) == []
