"""Dates are strict, and an instant is what the clocks of the site showed."""

from datetime import UTC, date, datetime

import pytest

from formulary.web import fields as f
from formulary.web.forms import Form
from tests.web.house import make_app


class TimeForm(Form):
    on = f.DateField("Expiry", earliest=date(2000, 1, 1), latest=lambda: date(2040, 12, 31))
    born = f.DateField("Born")
    at = f.InstantField("Drawn at")


def sent(**data: str) -> TimeForm:
    app = make_app(WTF_CSRF_ENABLED=False)
    with app.test_request_context(method="POST", data={"on": "", **data}):
        app.preprocess_request()
        form = TimeForm()
        form.validate_on_submit()
        return form


def fault(field: str, text: str, **more: str) -> str:
    (words,) = sent(**{field: text}, **more).errors[field]
    return words


@pytest.mark.parametrize("text", ["2026-11-24", " 2026-11-24 "])
def test_an_iso_date_is_read(text: str) -> None:
    assert sent(on=text).values()["on"] == date(2026, 11, 24)


UNREAD = "is not a date this field can read. Write it as 2026-11-24."
NO_DAY = "is no day of the calendar. Look at it again."
NO_YEAR = "has a year that is not from 1900 to 2100. Look at it again."


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("24/11/2026", UNREAD),
        ("2026-11-31", NO_DAY),
        ("2026-02-29", NO_DAY),
        ("1899-12-31", NO_YEAR),
        ("2101-01-01", NO_YEAR),
        ("0001-01-01", NO_YEAR),
        ("9999-12-31", NO_YEAR),
        ("２０２６-11-24", UNREAD),
        ("20261124", UNREAD),
        ("2026-1-1", UNREAD),
        ("2026-11-24T10:00", UNREAD),
        ("2026-W01-1", UNREAD),
        ("x", UNREAD),
        ("2026-11-24\x00", UNREAD),
    ],
)
def test_anything_else_is_refused_with_what_was_typed_and_why(text: str, why: str) -> None:
    assert fault("born", text).endswith(why)
    assert sent(born="x").born._value() == "x"


def test_the_range_of_a_date_is_said_in_words() -> None:
    assert "The first day taken is 1\N{NO-BREAK SPACE}Jan\N{NO-BREAK SPACE}2000" in fault("on", "1999-12-31")
    assert "The last day taken is 31\N{NO-BREAK SPACE}Dec\N{NO-BREAK SPACE}2040" in fault("on", "2041-01-01")
    assert sent(on="2000-01-01").errors == sent(on="2040-12-31").errors == {}


def test_a_date_on_record_fills_the_field() -> None:
    with make_app().test_request_context():
        assert TimeForm(data={"on": date(2026, 1, 2)}).on._value() == "2026-01-02"


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-24T14:10", datetime(2026, 11, 24, 13, 10, tzinfo=UTC)),
        ("2026-07-24 14:10", datetime(2026, 7, 24, 12, 10, tzinfo=UTC)),
        ("2026-07-24T14:10:30", datetime(2026, 7, 24, 12, 10, 30, tzinfo=UTC)),
    ],
)
def test_a_local_time_becomes_utc(text: str, utc: datetime) -> None:
    assert sent(at=text).values()["at"] == utc


def test_a_time_the_clocks_skipped_is_refused() -> None:
    assert "the clocks went forward over it" in fault("at", "2026-03-29T02:30")
    assert sent(at="2026-03-29T01:59").errors == sent(at="2026-03-29T03:00").errors == {}


def test_a_time_the_clocks_showed_twice_asks_which() -> None:
    form = sent(at="2026-10-25T02:30")
    assert "Choose which it was" in form.errors["at"][0]
    assert form.at.twice == (("0", "02:30 CEST"), ("1", "02:30 CET"))


@pytest.mark.parametrize(("fold", "hour"), [("0", 0), ("1", 1)])
def test_the_chosen_one_of_two_is_taken(fold: str, hour: int) -> None:
    form = sent(at="2026-10-25T02:30", **{"at-fold": fold})
    assert form.values()["at"] == datetime(2026, 10, 25, hour, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["2026-11-24", "14:10", "2026-11-24T25:00", "2026-13-24T10:00", "1800-01-01T10:00", "2026-11-24T14:10Z"],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    assert "Write it as 2026-11-24 14:10" in fault("at", text)


def test_an_instant_on_record_fills_the_field_with_the_sites_time() -> None:
    app = make_app()
    with app.test_request_context():
        app.preprocess_request()
        assert (
            TimeForm(data={"at": datetime(2026, 11, 24, 13, 10, tzinfo=UTC)}).at._value()
            == "2026-11-24T14:10"
        )


class SaidForm(Form):
    on = f.BirthField("Date of birth", today=lambda: date(2026, 11, 24))


def said(text: str) -> SaidForm:
    app = make_app(WTF_CSRF_ENABLED=False)
    with app.test_request_context(method="POST", data={"on": text}):
        app.preprocess_request()
        form = SaidForm()
        form.validate_on_submit()
        return form


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("120485", date(1985, 4, 12)),
        ("12041985", date(1985, 4, 12)),
        ("12.04.1985", date(1985, 4, 12)),
        ("12/04/85", date(1985, 4, 12)),
        ("1985-04-12", date(1985, 4, 12)),
        ("241126", date(2026, 11, 24)),
        ("251126", date(1926, 11, 25)),
        ("290200", date(2000, 2, 29)),
        ("01011901", date(1901, 1, 1)),
    ],
)
def test_a_date_of_birth_is_read_day_first_and_never_lies_ahead(text: str, on: date) -> None:
    assert said(text).values()["on"] == on


@pytest.mark.parametrize("text", ["310285", "041385", "12485", "1204198", "25112026", "١٢٠٤٨٥", "12 Apr 85"])
def test_what_is_no_date_of_birth_is_told_how_one_is_written(text: str) -> None:
    [words] = said(text).errors["on"]
    assert words.endswith("Day, month, year: 12 Apr 1985 is 120485 or 12041985.")
