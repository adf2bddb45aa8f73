"""An expiry read off the pack of what was given is typed as it is printed, and refused as on receipt."""

from datetime import date

import pytest

from formulary.administrations import queries
from formulary.rules.lot_status import normalise
from formulary.stock import queries as shelf
from tests.administrations.emergency import VITRASE, filled, lot, product
from tests.administrations.test_late_entries import sheet
from tests.support.builders import a_lot

pytestmark = pytest.mark.databases("sqlite")  # what the page says does not depend on the database
NO_EXPIRY = [
    ("31 Nov 2028", "is no day: November 2028 has 30 days. Look at the pack again."),
    ("00/11/2028", "has the day 00. Where month and year alone are printed, write 11/2028."),
    ("2199-11-30", "has the year 2199. Look at the pack again."),
    ("281130", "is not an expiry this field can read. "),
    ("03/04/2028", "can be read as 3 Apr 2028 and as 4 Mar 2028. Write the month as a word."),
]


@pytest.fixture
def clinic(road):
    """The clinic with two containers of the enzyme on the shelf."""
    road.ready()
    a_lot(product(VITRASE), number="VIT-1", containers=2)
    return road.clinic


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("text", ["03/2028", "31 MAR 2028", "2028-03-31"])
def test_of_two_expiries_the_one_that_was_typed_is_meant(road, clinic, clients, text):
    other = a_lot(product(VITRASE), number="VIT-1", expires_on=date(2028, 3, 31))
    there = f"/afterwards/emergency/{road.patient.id}"
    clients("practitioner").post_ok(there, filled(road, expires_on=text), press="Record the emergency")
    [(row, _)] = queries.unsigned_afterwards(clinic.actor("pharmacist"))
    assert [of.id for _, of, _ in queries.given_lots(row.administration_id)] == [other.id]


@pytest.mark.parametrize(("text", "why"), NO_EXPIRY)
def test_what_is_no_expiry_is_refused_and_keeps_what_was_typed(road, clinic, clients, text, why):
    there, person = f"/afterwards/emergency/{road.patient.id}", clients("practitioner")
    page = person.post_refused(there, filled(road, expires_on=text), press="Record the emergency")
    [said] = page.errors
    assert plain(said).startswith(f"“{text}” ")
    assert why in plain(said)
    assert page.form(button="Record the emergency").fields["expires_on"] == [text]
    assert list(queries.unsigned_afterwards(clinic.actor("pharmacist"))) == []


def test_a_lot_that_nobody_booked_in_keeps_the_last_day_of_the_month_that_was_read(road, clinic, clients):
    there, person = f"/afterwards/emergency/{road.patient.id}", clients("practitioner")
    which = f"read-{product(VITRASE).id}-{normalise('VIT-9')}"
    sent = filled(road, lot="VIT-9", expires_on="02/2028")
    page = person.post_refused(there, sent, press="Record the emergency")
    assert person.submit(page, sent | {"which": which}, press="Record the emergency").status_code == 302
    assert [of.expires_on for of in shelf.lots_with_number("VIT-9")] == [date(2028, 2, 29)]


@pytest.mark.parametrize(("text", "why"), NO_EXPIRY)
def test_a_row_of_a_worksheet_says_the_same(road, clients, text, why):
    cocktail = road.verified()
    there, person = f"/afterwards/late/{cocktail.id}", clients("practitioner2")
    sent = sheet(road, cocktail) | {"rows-0-expires_on": text}
    page = person.post_refused(there, sent, press="Record it late")
    assert [why in plain(said) for said in page.errors] == [True]


def test_a_row_of_a_worksheet_takes_month_and_year(road, clients):
    cocktail = road.verified()
    there, person = f"/afterwards/late/{cocktail.id}", clients("practitioner2")
    sent = sheet(road, cocktail)
    of = lot(sent["rows-0-lot"])
    a_lot(of.product, number=of.number, expires_on=date(2029, 2, 28))
    person.post_ok(there, sent | {"rows-0-expires_on": f"{of.expires_on:%m/%Y}"}, press="Record it late")
    [(row, _)] = queries.unsigned_afterwards(road.clinic.actor("pharmacist"))
    assert of.id in {given.id for _, given, _ in queries.given_lots(row.administration_id)}
