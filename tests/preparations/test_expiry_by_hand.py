"""Where no code can be read, the expiry is typed as the pack prints it, and refused as on receipt."""

import pytest

from formulary.preparations import queries
from formulary.web import fields as f
from tests.preparations.doing import lot_of, step
from tests.preparations.test_pages import plain, step_of

# What a page says; the acts behind it are asked of both databases by the room's other files.
pytestmark = pytest.mark.databases("sqlite")


def typed(attempt, first, second):
    lot = lot_of(step(attempt, 1)).number
    return {"lot": lot, "lot_again": lot, "expires_on": first, "expires_on_again": second}


@pytest.mark.parametrize(
    ("first", "second"),
    [("11/2027", "30 Nov 2027"), ("NOV 2027", "2027-11"), ("30.11.2027", "2027-11-30")],
)
def test_an_expiry_is_typed_as_the_pack_prints_it(road, clients, first, second):
    attempt = road.claimed()
    page = clients("technician").post_ok(step_of(attempt, 1, "by-hand"), typed(attempt, first, second))
    assert "typed twice" in page.text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("31 Nov 2027", "“31 Nov 2027” is no day: November 2027 has 30 days. Look at the pack again."),
        ("2027-11-00", "“2027-11-00” has the day 00. Where month and year alone are printed, write 11/2027."),
        ("2199-11-30", "“2199-11-30” has the year 2199. Look at the pack again."),
        ("271130", "“271130” is not an expiry this field can read. "),
        ("11/27", "“11/27” has a year of two digits. Write all four. "),
        ("03/04/2027", "can be read as 3 Apr 2027 and as 4 Mar 2027. Write the month as a word."),
    ],
)
@pytest.mark.parametrize("name", ["expires_on", "expires_on_again"])
def test_what_is_no_expiry_is_refused_as_on_receipt_and_kept_in_its_field(road, clients, text, why, name):
    attempt = road.claimed()
    told = typed(attempt, "30 Nov 2027", "30 Nov 2027") | {name: text}
    page = clients("technician").post_refused(step_of(attempt, 1, "by-hand"), told)
    [said] = page.errors
    assert why in said.replace("\N{NO-BREAK SPACE}", " ")
    assert page.form(button="Check what was typed").fields[name] == [text]
    assert (step(attempt, 1).vial_id, queries.close_calls(attempt.id)) == (None, [])


def test_an_old_year_is_another_expiry_than_that_of_the_vial_in_hand(road, clients):
    attempt = road.claimed()
    told = typed(attempt, "30 Nov 1999", "30 Nov 1999")
    page = clients("technician").post_refused(step_of(attempt, 1, "by-hand"), told)
    assert [call.code for call in queries.close_calls(attempt.id)] == ["scan.wrong_expiry"]
    assert "30 Nov 1999" in plain(page)


def test_the_page_says_how_an_expiry_is_written(road, clients):
    attempt = road.claimed()
    assert f.AS_PRINTED in plain(clients("technician").get_ok(step_of(attempt, 1, "by-hand")))
