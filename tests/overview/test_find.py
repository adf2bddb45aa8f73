"""The box at the top of every page: what is sure is opened, the rest is offered, names to those who care."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest

from formulary import clock
from formulary.overview.queries.find import of_code
from tests.house.test_endpoints import writing_nothing
from tests.overview.doing import accesses, held, words
from tests.recalls.doing import a_cocktail, opened
from tests.stock.test_excursions import looked_into
from tests.stock.test_temperature import ranged, read
from tests.support.builders import (
    a_code,
    a_lot,
    a_patient,
    a_product,
    a_test,
    an_ingredient,
    gtin_of,
)
from tests.support.client import Client, local
from tests.support.pages import Page

CARERS = ("pharmacist", "practitioner")
OTHERS = ("technician", "recall", "auditor", "admin")


def sent(client: Client, q: str, captured: bool = False) -> Any:
    """What the box answers to this, filled in on the first page."""
    values: dict[str, object] = {"q": q, "q-captured": "1" if captured else ""}
    return client.submit(client.get_ok("/"), values, to="/find")


def goes_to(client: Client, q: str, **more: bool) -> str:
    """The page that it opens at once."""
    answer = sent(client, q, **more)
    assert answer.status_code == 303, words(client.read(answer, "/find", answer.status_code))
    return local(answer.location)


def offers(client: Client, q: str, **more: bool) -> Page:
    """The page that asks which one is meant, or says that there is none."""
    return client.read(sent(client, q, **more), "/find", 200)


def hits(page: Page) -> list[str]:
    """What is offered, in its order."""
    return [words(item) for panel in page.all("ul", class_="stack") for item in panel.iter("li")]


@pytest.mark.parametrize("typed", ["TX-2231", "tx 2231", " Tx2231 "])
def test_a_lots_very_number_opens_it(clients, typed):
    lot = a_lot(number="TX-2231")
    assert goes_to(clients("technician"), typed) == f"/stock/lots/{lot.id}"


def test_a_recall_officer_goes_to_who_was_touched(clients):
    lot = a_lot(number="TX-2231")
    assert goes_to(clients("recall"), "TX-2231") == f"/recalls/answer?lot={lot.id}"


def test_the_very_number_comes_before_what_looks_alike(clients):
    exact = a_lot(number="AB10")
    a_lot(number="AB1O")
    assert goes_to(clients("auditor"), "ab10") == f"/stock/lots/{exact.id}"


def test_what_looks_alike_is_offered_and_not_opened(clients):
    lot = a_lot(a_product(name="Skinvive"), number="L0I1O")
    page = offers(clients("technician"), "1O110")
    assert hits(page) == ["Lot L0I1O Skinvive, expires 30 Nov 2027"]
    assert page.links["Lot L0I1O"] == f"/stock/lots/{lot.id}"
    assert page.h1 == "Which one is meant?"


def test_a_number_that_two_lots_have_offers_both_exact_ones_first(clients):
    for name in ("First", "Second"):
        a_lot(a_product(name=name), number="SAME1")
    a_lot(a_product(name="Alike"), number="5AMEI")
    page = offers(clients("pharmacist"), "same1")
    assert [hit.split(",")[0] for hit in hits(page)[:2]] == ["Lot SAME1 First", "Lot SAME1 Second"]


@pytest.mark.parametrize("typed", ["V-0001", "v-1", "v0001", "FML1:V-0001"])
def test_our_vial_is_opened_however_its_code_is_written(clients, typed):
    vial = opened(a_lot())
    assert vial.code == "V-0001"
    assert goes_to(clients("technician"), typed) == f"/stock/vials/{vial.id}"


def test_a_vial_of_another_site_leads_to_its_lot(clients, cast):
    vial = opened(a_lot(site=cast.other_site), site=cast.other_site)
    assert goes_to(clients("technician"), vial.code) == f"/stock/lots/{vial.lot_id}"


# What the rule makes of it does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("state", "who", "page"),
    [
        ("draft", "practitioner", "/cocktails/{id}"),
        ("verified", "technician", "/preparations/cocktails/{id}"),
        ("verified", "practitioner", "/preparations/cocktails/{id}"),
        ("released", "practitioner", "/administrations/start?label="),
        ("administered", "pharmacist", "/cocktails/{id}"),
    ],
)
def test_a_cocktail_opens_where_its_next_act_is_done(clients, state, who, page):
    cocktail = a_cocktail(a_patient(), state)
    at_once = page.format(id=cocktail.id)
    own, label = ("C-0001", "FML1:C-0001/1.1") if at_once.endswith("=") else ("", "")
    assert goes_to(clients(who), "c-1") == at_once + own
    assert unquote(goes_to(clients(who), "FML1:C-0001/1.1")) == at_once + label


@pytest.mark.parametrize(("outcome", "words"), [("given", "given"), ("not_given", "not given")])
def test_a_cocktail_whose_session_is_closed_says_how_that_ended(cast, outcome, words):
    cocktail = a_cocktail(a_patient(), "administered", outcome=outcome)
    [hit] = of_code(cocktail.code, by=cast.actor("pharmacist"), at=clock.now())
    assert hit.words == words


# Who reads what does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("who", ["recall", "auditor", "admin", "practitioner3"])
def test_a_cocktail_is_nothing_to_others(clients, who):
    a_cocktail(a_patient(), "verified")
    page = offers(clients(who), "C-0001")
    assert (page.h1, hits(page)) == ("Nothing found", [])


@pytest.mark.parametrize("who", CARERS)
def test_a_patients_code_opens_the_chart_for_those_who_care(clients, who):
    patient = a_patient(name="Anna Kovac")
    for typed in (patient.code, patient.code.lower(), patient.code.replace("-", "")):
        assert goes_to(clients(who), typed) == f"/patients/{patient.id}"


def test_a_patient_test_and_a_hold_open_by_their_codes(clients):
    lot = a_lot()
    test, hold = a_test(a_patient(), lot), held(lot)
    assert goes_to(clients("practitioner"), test.code) == f"/patch-tests/{test.id}"
    assert goes_to(clients("technician"), hold.code) == f"/stock/lots/{lot.id}"


def test_an_excursion_opens_by_its_code(clients, cast):
    ranged(cast)
    read(cast, 120)
    event = looked_into(cast, 0)
    assert goes_to(clients("technician"), "x1") == f"/stock/excursions/{event.id}"


@pytest.mark.parametrize("who", CARERS)
def test_a_name_offers_its_patients_and_is_noted(clients, who):
    patient = a_patient(name="Anna Kovac")
    page = offers(clients(who), "kovac")
    assert hits(page) == [f"Patient {patient.code} Anna Kovac"]
    assert page.links[f"Patient {patient.code}"] == f"/patients/{patient.id}"
    assert ("overview.find", 1) in accesses("what", "patients")


# Who may enter is decided before any table is asked.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("who", OTHERS)
@pytest.mark.parametrize("asked", ["code", "name"])
def test_others_find_no_patient_by_code_or_by_name(clients, who, asked):
    patient = a_patient(name="Anna Kovac")
    test = a_test(patient, a_lot())
    for typed in (patient.code, test.code) if asked == "code" else ("Anna Kovac", "kovac"):
        page = offers(clients(who), typed)
        assert (page.h1, hits(page)) == ("Nothing found", [])
    assert accesses("what") == []


def test_a_patient_of_another_site_is_not_found(clients, cast):
    patient = a_patient(name="Anna Kovac", site=cast.other_site)
    for typed in (patient.code, "kovac"):
        assert hits(offers(clients("practitioner"), typed)) == []
    assert accesses("what") == []


# Who reads what does not depend on the database.
@pytest.mark.databases("sqlite")
def test_two_letters_offer_nobody(clients):
    a_patient(name="Anna Kovac")
    assert hits(offers(clients("practitioner"), "an")) == []


def test_a_pack_opens_its_lot_and_a_pack_without_one_offers_what_there_is(clients):
    product = a_product(name="Skinvive")
    lot = a_lot(product, number="PACK1")
    box = a_code(product, level="box", containers=10)
    client, scan = clients("pharmacist"), f"01{box.gtin}1727113010PACK1"
    assert goes_to(client, scan, captured=True) == f"/stock/lots/{lot.id}"
    assert goes_to(client, f"(01){gtin_of(product)}(17)271130(10)PACK1") == f"/stock/lots/{lot.id}"
    page = offers(client, f"(01){gtin_of(product)}(17)271130(10)OTHER")
    assert hits(page) == ["Product Skinvive"]
    assert hits(offers(client, f"(01){gtin_of(product)}(17)271130")) == [
        "Lot PACK1 Skinvive, expires 30 Nov 2027",
        "Product Skinvive",
    ]


def test_a_gtin_typed_offers_its_product(clients):
    product = a_product(name="Skinvive")
    assert hits(offers(clients("auditor"), gtin_of(product))) == ["Product Skinvive"]


def test_an_ingredient_is_offered_to_everybody(clients):
    an_ingredient("polynucleotide")
    for who in (*CARERS, *OTHERS):
        assert hits(offers(clients(who), "polynuc")) == ["Ingredient polynucleotide"]


def test_who_only_runs_the_clinic_finds_no_lot(clients):
    vial = opened(a_lot(number="TX-2231"))
    for typed in ("TX-2231", vial.code):
        assert hits(offers(clients("admin"), typed)) == []


def test_a_makers_number_that_reads_like_a_code_of_ours_is_found(clients):
    lot = a_lot(number="C-2231")
    assert goes_to(clients("pharmacist"), "C-2231") == f"/stock/lots/{lot.id}"
    assert goes_to(clients("pharmacist"), "c2231") == f"/stock/lots/{lot.id}"


def test_a_code_that_cannot_be_read_is_told_and_typed_again(clients):
    page = clients("technician").read(sent(clients("technician"), "(01)09520000000500(10)X"), "/find", 422)
    assert "should end in 9 and ends in 0" in " ".join(page.errors)
    assert page.forms[-1].fields["q"] == ["(01)09520000000500(10)X"]
    assert page.h1 == "Nothing was looked for"


@pytest.mark.parametrize("typed", ["", "   ", "%", "_", "'", "\\", "x" * 400, "\u202e", "V-999999999", "P-0"])
def test_whatever_is_typed_is_answered(clients, typed):
    a_patient()
    client = clients("practitioner")
    answer = sent(client, typed)
    client.read(answer, "/find", answer.status_code)
    assert answer.status_code in (200, 422)


def test_finding_writes_nothing_but_whose_names_were_shown(clients):
    a_patient(name="Anna Kovac")
    client = clients("auditor")
    page = client.get_ok("/")
    with writing_nothing("finding"):
        client.submit(page, {"q": "TX-2231"}, to="/find")


# Who reads what does not depend on the database.
@pytest.mark.databases("sqlite")
def test_a_stranger_is_asked_to_sign_in(client):
    token = client.get_ok("/accounts/sign-in").form().fields["csrf_token"][0]
    answer = client.post("/find", {"csrf_token": token, "q": "P-2"})
    assert (answer.status_code, answer.location.split("?")[0]) == (303, "/accounts/sign-in")
