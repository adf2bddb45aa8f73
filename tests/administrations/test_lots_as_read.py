"""A lot that nobody booked in, or whose number fits several, keeps no emergency off the record."""

import csv
import io
from datetime import date

import pytest

from formulary import clock
from formulary.administrations import queries
from formulary.administrations.actions import afterwards as actions
from formulary.administrations.actions.afterwards import identifying
from formulary.administrations.queries.proof import exposure_faults
from formulary.db import db
from formulary.patients.models import Exposure
from formulary.recalls import queries as recalls
from formulary.recalls.actions import open_case
from formulary.rules.lot_status import NOT_ON_RECORD, day_words, normalise
from formulary.stock import queries as shelf
from formulary.stock.models import Discrepancy
from tests.administrations.doing import ml
from tests.administrations.emergency import BOTOX, VITRASE, filled, given, lot, product, sheet
from tests.recalls.casing import a_case, lots_of, now
from tests.support.builders import a_lot

page_alone = pytest.mark.databases("sqlite")  # what the page says does not depend on the database


@pytest.fixture
def clinic(road):
    """The clinic with two containers of the enzyme on the shelf."""
    road.ready()
    a_lot(product(VITRASE), number="VIT-1", containers=2)
    return road.clinic


def offered(page, name="which"):
    """The words of each candidate that may be chosen."""
    found = [page.texts("label", for_=each.get("id")) for each in page.all("input", name=name)]
    return [words for [words] in found]


def chosen(person, page, sent):
    """Choose one of what the page offers; it is on record then."""
    assert person.submit(page, sent, press="Record the emergency").status_code == 302


@page_alone
def test_of_a_lot_with_two_expiries_each_is_offered_to_choose_from(road, clinic, clients):
    lot_one, other = lot(), a_lot(product(VITRASE), number="VIT-1", expires_on=date(2028, 3, 31))
    there, person = f"/afterwards/emergency/{road.patient.id}", clients("practitioner")
    page = person.post_refused(there, filled(road), press="Record the emergency")
    told = "Lot VIT-1 is on record more than once. Look at the pack again, and choose what it was."
    known = [f"{VITRASE}, lot VIT-1, expiry {day_words(of.expires_on)}" for of in (lot_one, other)]
    assert (page.errors, offered(page)[:2]) == ([told], known)
    assert (
        person.submit(page, filled(road, which=f"lot-{other.id}"), press="Record the emergency").status_code
        == 302
    )
    [(row, _)] = queries.unsigned_afterwards(clinic.actor("pharmacist"))
    assert [of.id for _, of, _ in queries.given_lots(row.administration_id)] == [other.id]


def as_read(road, number="VIT-9", expires_on=None):
    """So much of a lot that nobody booked in."""
    read = actions.AsRead(product(VITRASE).id, number, expires_on)
    return given(road, lot_id=0, as_read=read)


def test_a_lot_that_is_not_on_record_is_written_as_it_was_read(road, clinic):
    row = as_read(road)
    [(each, of, draw)] = queries.given_lots(row.administration_id)
    assert (of.number, of.grade, of.expires_on, of.status) == ("VIT-9", "as_read", NOT_ON_RECORD, "exhausted")
    assert (each.grade, draw.grade, sheet("VIT-9").balances) == ("possible", "possible", True)
    [found] = db.session.scalars(db.select(Discrepancy))
    assert (found.lot_id, found.quantity) == (of.id, 1_000_000)
    assert recalls.look_up("VIT-9", at=clock.now(), by=clinic.actor("recall")).counts["A"] == 1
    assert db.session.scalars(
        db.select(Exposure.grade).filter_by(document_id=row.administration_id, document_kind="administration")
    ).all() == ["possible"]
    assert list(exposure_faults()) == []


@pytest.mark.parametrize("volume", ["10", "12"])
def test_a_powder_is_mixed_with_as_many_containers_of_a_diluent_as_it_took(road, clinic, volume):
    powder, water = a_lot(product(BOTOX), number="BTX-7"), lot("NACL-1").product
    unread = actions.Mixed(0, ml(volume), as_read=actions.AsRead(water.id, "NEW-W9"))
    row = given(road, "0.5", lot_id=powder.id, mixed=unread, sure="It was.")
    grades = {of.number: each.grade for each, of, _ in queries.given_lots(row.administration_id)}
    assert grades == {"BTX-7": "probable", "NEW-W9": "possible"}
    assert (sheet("NEW-W9").balances, sheet("BTX-7").balances) == (True, True)


def test_a_live_case_of_its_number_takes_it_in_and_holds_it(road, clinic):
    case = a_case("VIT-9")
    row = as_read(road)
    assert lots_of(now(case)) == {"VIT-9": ("exact", "in")}
    assert ["lot.held" in {f["code"] for f in rows} for rows in (row.then, row.now)] == [False, True]


@page_alone
def test_the_same_pack_read_twice_is_one_lot(road, clinic):
    for _ in (1, 2):
        as_read(road, expires_on=date(2027, 5, 31))
    assert [of.expires_on for of in shelf.lots_with_number("VIT-9")] == [date(2027, 5, 31)]


@page_alone
def test_it_is_written_so_where_whoever_records_it_chooses_that(road, clinic, clients):
    there, person = f"/afterwards/emergency/{road.patient.id}", clients("practitioner")
    page = person.post_refused(there, filled(road, lot="VIT-I"), press="Record the emergency")
    read = f"Not on record here; write it as read: {VITRASE}, lot VIT-I, expiry not on record"
    alike = f"{VITRASE}, lot VIT-1, expiry {day_words(lot().expires_on)}"
    assert page.errors == [f"No lot VIT-I of it is on record here. {identifying.CHOOSE}"]
    assert offered(page) == [alike, read]
    read_so = {"lot": "VIT-I", "which": f"read-{product(VITRASE).id}-{normalise('VIT-I')}"}
    chosen(person, page, filled(road, **read_so))
    [(row, _)] = queries.unsigned_afterwards(clinic.actor("pharmacist"))
    assert [of.number for _, of, _ in queries.given_lots(row.administration_id)] == ["VIT-I"]


@page_alone
def test_of_a_diluents_number_that_two_fluids_share_each_is_offered(road, clinic, clients):
    salt, water = lot("NACL-1"), a_lot(lot("WFI-1").product, number="NACL-1")
    there, person = f"/afterwards/emergency/{road.patient.id}", clients("practitioner")
    sent = filled(road, diluent="NACL-1", diluent_volume="1")
    page = person.post_refused(there, sent, press="Record the emergency")
    names = [words.split(", lot")[0] for words in offered(page, "which_diluent")[:2]]
    assert names == [salt.product.name, water.product.name]
    assert (
        person.submit(
            page, sent | {"which_diluent": f"lot-{water.id}"}, press="Record the emergency"
        ).status_code
        == 302
    )
    [(row, _)] = queries.unsigned_afterwards(clinic.actor("pharmacist"))
    assert [of.id for _, of, draw in queries.given_lots(row.administration_id)] == [lot().id, water.id]


@page_alone
def test_lists_of_a_recall_say_that_it_was_given_in_an_emergency(road, clinic, clients):
    given(road)
    case, person = a_case("VIT-1", open_case), clients("recall")
    [shown] = person.get_ok(f"/recalls/answer?lot={lot().id}").all("section", aria_labelledby="bucket-A")
    assert "emergency" in "".join(shown.itertext())
    here = f"/recalls/cases/{case.id}/list"
    assert "emergency" in person.get_ok(here).text
    _, head, row, *_ = csv.reader(io.StringIO(person.get(f"{here}.csv").text))
    assert dict(zip(head, row, strict=True))["recorded"] == "emergency"


@page_alone
def test_what_the_code_says_is_not_overruled_by_what_was_typed_beside_it(road, clinic, clients):
    there, person = f"/afterwards/emergency/{road.patient.id}", clients("practitioner")
    scanned = filled(road, scan="(01)09521234543213(17)271130(10)VIT-1", lot="")
    page = person.post_refused(there, scanned | {"expires_on": "2028-03-31"}, press="Record the emergency")
    assert page.errors == ["The code says another expiry than the one typed. Look at the vial again."]
    person.post_ok(there, scanned, press="Record the emergency")
    [(row, _)] = queries.unsigned_afterwards(clinic.actor("pharmacist"))
    assert [of.id for _, of, _ in queries.given_lots(row.administration_id)] == [lot().id]
