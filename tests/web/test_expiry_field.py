"""An expiry is read as packs print it, and what two people could read differently is refused."""

from datetime import date

import pytest

from formulary.web import fields as f
from formulary.web.forms import Form
from tests.web.house import make_app


class PackForm(Form):
    on = f.ExpiryField("Expires", [f.Required("Type the expiry from the pack.")])


def sent(text: str) -> PackForm:
    with make_app(WTF_CSRF_ENABLED=False).test_request_context(method="POST", data={"on": text}):
        form = PackForm()
        form.validate_on_submit()
        return form


JUNE = date(2029, 6, 30)


@pytest.mark.parametrize(
    "text",
    [
        "2029-06-30",
        " 2029-06-30 ",
        "2029/06/30",
        "30 Jun 2029",
        "30-JUN-2029",
        "30JUN2029",
        "30 june 2029",
        "30.06.2029",
        "30/06/2029",
        "06/30/2029",
    ],
)
def test_a_day_is_read_as_it_is_printed(text: str) -> None:
    form = sent(text)
    assert (form.errors, form.on.data, form.on.notes) == ({}, JUNE, ())


@pytest.mark.parametrize("text", ["30 Sep 2029", "30 Sept 2029", "30 SEPT. 2029", "30 September 2029"])
def test_september_is_read_by_each_of_its_names(text: str) -> None:
    form = sent(text)
    assert (form.errors, form.on.data) == ({}, date(2029, 9, 30))


@pytest.mark.parametrize(
    "text",
    ["2029-06", "06/2029", "6/2029", "06.2029", "06 2029", "2029/06", "JUN 2029", "Jun/2029", "2029 jun"],
)
def test_month_and_year_alone_are_the_last_day_of_that_month_and_it_says_so(text: str) -> None:
    form = sent(text)
    assert (form.errors, form.on.data) == ({}, JUNE)
    assert [note.reason for note in form.on.notes] == ["Month and year alone: taken as 30 Jun 2029."]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Type the expiry from the pack."),
        ("03/04/2029", "can be read as 3 Apr 2029 and as 4 Mar 2029. Write the month as a word."),
        ("31 Nov 2029", "is no day: November 2029 has 30 days. Look at the pack again."),
        ("2029-11-31", "is no day: November 2029 has 30 days. Look at the pack again."),
        ("29/02/2029", "is no day: February 2029 has 28 days. Look at the pack again."),
        ("00/06/2029", "has the day 00. Where month and year alone are printed, write 06/2029."),
        ("2029-06-00", "has the day 00. Where month and year alone are printed, write 06/2029."),
        ("2199-01-01", "has the year 2199. Look at the pack again."),
        ("1899-01-01", "has the year 1899. Look at the pack again."),
        ("03/04/0000", "has the year 0000. Look at the pack again."),
        ("03/04/2199", "has the year 2199. Look at the pack again."),
        ("0000-06-30", "has the year 0000. Look at the pack again."),
        ("06/0000", "has the year 0000. Look at the pack again."),
        ("Jun 0000", "has the year 0000. Look at the pack again."),
        ("06/29", "has a year of two digits. Write all four."),
        ("30.06.29", "has a year of two digits. Write all four."),
        ("13/2029", "has the month 13."),
        ("30 Mai 2029", "has no month in it that is known here: Mai."),
        ("30/06/2029 30", "is not an expiry this field can read."),
        ("290630", "is not an expiry this field can read."),
        ("2029", "is not an expiry this field can read."),
        ("30 2029 06", "is not an expiry this field can read."),
        ("٣٠/٠٦/٢٠٢٩", "is not an expiry this field can read."),
        ("2029-06-30T10:00", "is not an expiry this field can read."),
        ("soon", "is not an expiry this field can read."),
    ],
)
def test_anything_else_is_refused_with_what_was_typed_and_why(text: str, words: str) -> None:
    form = sent(text)
    [said] = form.errors["on"]
    assert words in said
    assert said.startswith(f"“{text}” ") or not text
    assert (form.on.data, form.on._value()) == (None, text)


def test_what_is_filled_in_is_read_again() -> None:
    form = sent("30 Jun 2029")
    form.fill(on=JUNE)
    assert sent(form.on._value()).on.data == JUNE


def test_a_note_goes_with_the_day_that_it_was_about() -> None:
    form = sent("06/2029")
    form.fill(on=date(2029, 6, 15))
    assert (form.on.data, form.on.notes) == (date(2029, 6, 15), ())


def test_a_note_stays_where_nothing_else_is_filled_in() -> None:
    form = sent("06/2029")
    form.fill(on=None)
    assert [note.reason for note in form.on.notes] == ["Month and year alone: taken as 30 Jun 2029."]
