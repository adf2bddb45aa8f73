"""The first page of the recalls, what its box leads to, and the page that puts a lot on hold."""

from __future__ import annotations

import pytest

from formulary.audit.models import AuditEntry
from formulary.db import db
from formulary.stock.models import Hold
from tests.house.test_endpoints import writing_nothing
from tests.recalls.doing import a_cocktail, a_session, an_attempt, drawn, opened
from tests.recalls.reading import accesses, answer, url_of, words
from tests.stock.doing import held
from tests.support.builders import a_code, a_lot, a_patient, a_product, gtin_of
from tests.support.client import local

LOOKERS = ("pharmacist", "technician", "practitioner", "recall", "auditor")


def asked(client, q, *, captured=False, status=303):
    """What the box answers: where it leads, or the page with this status."""
    values = {"q": q, "q-captured": "1" if captured else ""}
    sent = client.submit(client.get_ok("/recalls/"), values, to="/recalls/")
    return local(sent.location) if status == 303 and sent.location else client.read(sent, "/recalls/", status)


def hold_url(lot):
    return f"/recalls/lots/{lot.id}/hold"


def holds():
    """What is on hold: the key of the object and why."""
    return [(row.object_id, row.reason) for row in db.session.scalars(db.select(Hold).order_by(Hold.id))]


# Who reads what does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("who", LOOKERS)
def test_whoever_may_look_up_reaches_the_answer_by_its_number(clients, who):
    lot = a_lot(number="TX-2231")
    client = clients(who)
    assert asked(client, "tx 2231") == url_of(lot)
    assert "TX-2231" in answer(client, lot).h1


def test_a_number_of_several_lots_leads_to_one_answer_about_all(clients):
    lots = [a_lot(a_product(name=name), number="SAME1") for name in ("First", "Second")]
    client = clients("recall")
    assert asked(client, "same1") == url_of(*lots)
    page = words(answer(client, *lots))
    assert ("First" in page, "Second" in page, "2 lots" in page) == (True, True, True)


def test_a_scan_of_a_pack_or_of_our_vial_leads_to_its_lot(clients):
    product, client = a_product(), clients("recall")
    lot = a_lot(product, number="PACK1")
    a_lot(a_product(), number="PACK1")
    vial, box = opened(lot), a_code(product, level="box", containers=10)
    for scan in (f"(01){box.gtin}(17)271130(10)PACK1", f"(01){gtin_of(product)}(10)PACK1", "v-0001"):
        assert asked(client, scan) == url_of(lot)
    assert asked(client, f"FML1:{vial.code}", captured=True) == url_of(lot)


def test_a_makers_number_that_reads_like_a_code_of_ours_is_not_missed(clients):
    vial, client = opened(a_lot(number="OURS")), clients("recall")
    theirs, alone = a_lot(number=vial.code), a_lot(number="C-2231")
    assert asked(client, vial.code) == url_of(vial.lot, theirs)
    assert asked(client, "c-2231") == url_of(alone)


@pytest.mark.parametrize("typed", ["C-0001/1.1", "c-0001/1.1", "C-0001/1", "C-0001", "FML1:C-0001/1.1"])
def test_a_label_of_a_syringe_offers_what_is_in_it(clients, typed):
    cocktail = a_cocktail(a_patient(), "verified")
    drawn(an_attempt(cocktail), opened(a_lot(number="INSIDE")), "1 mL")
    page = asked(clients("recall"), typed, status=200)
    assert [text for text in page.links if text == "INSIDE"] == ["INSIDE"]
    assert page.h1 == "Which lot is meant?"


def test_what_looks_alike_is_offered_and_never_taken(clients):
    lot = a_lot(number="L0I1O")
    page = asked(clients("technician"), "1O110", status=200)
    assert page.links["L0I1O"] == url_of(lot)
    assert "Every site was searched" in words(page)


def test_what_is_not_asked_is_not_looked_up(clients):
    page = asked(clients("recall"), " ", status=422)
    assert page.errors == ["Type a lot number, or scan a pack or one of our vials."]


def test_a_code_that_cannot_be_read_is_told_at_the_box(clients):
    page = asked(clients("auditor"), "(01)09520000000500(10)TX", status=422)
    assert "should end in 9 and ends in 0" in page.errors[0]
    assert page.one("input", id="q").get("aria-invalid") == "true"


def test_looking_for_a_lot_writes_nothing(clients):
    a_lot(number="TX-2231")
    client = clients("auditor")
    page = client.get_ok("/recalls/")
    with writing_nothing("finding"):
        client.submit(page, {"q": "TX-2231"}, to="/recalls/")
        client.submit(page, {"q": "nothing"}, to="/recalls/")
    assert accesses() == []


# Who reads what does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("who", LOOKERS)
def test_the_holds_of_every_site_stand_there_and_are_released_by_whoever_may(clients, cast, who):
    hold = held("lot", a_lot(number="HELD1", site=cast.other_site).id, source="recall R-7")
    page = clients(who).get_ok("/recalls/")
    assert "HELD1" in words(page)
    assert "recall R-7" in words(page)
    assert (f"Release {hold.code}" in page.links) == (who in ("pharmacist", "recall"))


def test_the_page_of_a_hold_says_what_will_stop_and_names_nobody(clients):
    lot, patient = a_lot(number="STOP1"), a_patient(name="Anna Kovac")
    vial = opened(lot)
    cocktails = [a_cocktail(patient, "prescribed", lines=(lot,))]
    for state in ("administering", "released", "in_preparation"):
        cocktails.append(a_cocktail(patient, state))
        drawn(an_attempt(cocktails[-1], state), vial, "0.2 mL")
    client = clients("technician")
    with writing_nothing("the page of a hold"):
        page = client.get_ok(hold_url(lot))
    assert [row.code for row in cocktails if row.code not in page.text] == []
    assert (patient.name in page.html, page.mentions(patient.code)) == (False, False)
    assert accesses() == []


@pytest.mark.parametrize("who", ["pharmacist", "technician", "practitioner", "recall"])
def test_a_hold_is_placed_with_a_reason_and_the_answer_says_so(clients, who):
    lot = a_lot(number="STOP1")
    client = clients(who)
    refused = client.post_refused(hold_url(lot), {"reason": " "})
    assert (len(refused.errors), holds()) == (1, [])
    page = client.post_ok(hold_url(lot), {"reason": "a crack", "source": "notice 12"})
    assert holds() == [(lot.id, "a crack")]
    assert "is placed. Composing, the next draw, release and the start of giving stop now." in words(page)
    assert "held: notice 12" in words(page)
    assert page.url == url_of(lot)


def test_a_second_press_places_no_second_hold(clients):
    lot, client = a_lot(number="STOP1"), clients("recall")
    page = client.get_ok(hold_url(lot))
    for _ in range(2):
        assert client.submit(page, {"reason": "a crack"}, to="/hold").status_code == 303
    assert len(holds()) == 1


def test_a_hold_covers_what_was_made_from_the_lot(clients):
    lot = a_lot(number="MAKER")
    made = a_lot(number="REPACKED", made_from_id=lot.id)
    clients("recall").post_ok(hold_url(lot), {"reason": "a crack"})
    page = words(answer(clients("recall"), made))
    assert "held" in page.split("Where it went", maxsplit=1)[0]


# Who reads what does not depend on the database.
@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("who", ["auditor", "admin"])
def test_who_may_hold_nothing_is_offered_nothing(clients, who):
    lot = a_lot(number="STOP1")
    clients(who).get_page(hold_url(lot), status=403)
    if who == "auditor":
        assert "Hold this lot" not in answer(clients(who), lot).links


def test_a_lot_that_is_none_has_no_page_of_a_hold(clients):
    for number in ("0", "99999", "2147483648"):
        clients("recall").get_page(f"/recalls/lots/{number}/hold", status=404)


def test_a_hold_leaves_its_entry(clients):
    lot = a_lot(number="STOP1")
    clients("recall").post_ok(hold_url(lot), {"reason": "a crack"})
    entries = db.session.scalars(
        db.select(AuditEntry).where(AuditEntry.person_name == "Rose Fournier").order_by(AuditEntry.id)
    )
    acts = [(row.action, row.outcome) for row in entries if "hold" in row.action]
    assert acts == [("stock.hold", "done")]


def test_a_patient_of_a_lot_is_noted_when_the_hold_leads_back_to_the_answer(clients):
    lot = a_lot(number="STOP1")
    a_session(a_patient(), (opened(lot), "0.5 mL"))
    clients("recall").post_ok(hold_url(lot), {"reason": "a crack"})
    assert accesses() == [("recalls.lookup", "Rose Fournier", 1, "STOP1")]
