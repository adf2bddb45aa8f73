"""Dates, times, spans and counts as they are written."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from formulary.web import words

PARIS = ZoneInfo("Europe/Paris")
AT = datetime(2026, 11, 24, 23, 10, tzinfo=UTC)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_a_date_has_its_month_in_letters() -> None:
    assert plain(words.day(date(2026, 11, 4), PARIS)) == "4 Nov 2026"
    assert plain(words.day_short(date(2026, 5, 31), PARIS)) == "31 May"


def test_an_instant_is_shown_on_the_sites_clocks() -> None:
    assert plain(words.instant(AT, PARIS)) == "25 Nov 2026, 00:10"
    assert plain(words.day(AT, PARIS)) == "25 Nov 2026"
    assert words.clock_time(AT, PARIS) == "00:10"


@pytest.mark.parametrize(
    ("hour", "shown"), [(0, "02:15\N{NO-BREAK SPACE}CEST"), (1, "02:15\N{NO-BREAK SPACE}CET"), (2, "03:15")]
)
def test_the_hour_that_comes_twice_says_which_it_is(hour: int, shown: str) -> None:
    assert words.clock_time(datetime(2027, 10, 31, hour, 15, tzinfo=UTC), PARIS) == shown
    assert words.weekday(AT, PARIS) == "Wednesday"


def test_an_instant_without_a_zone_is_nobodys() -> None:
    with pytest.raises(ValueError, match="zone"):
        words.instant(AT.replace(tzinfo=None), PARIS)


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (timedelta(seconds=41), "41 s"),
        (timedelta(minutes=18, seconds=59), "18 min"),
        (timedelta(hours=5, minutes=58), "5 h 58 min"),
        (timedelta(hours=5), "5 h"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=12, hours=23), "12 days"),
    ],
)
def test_a_span(length: timedelta, shown: str) -> None:
    assert plain(words.span(length)) == shown


@pytest.mark.parametrize(
    ("then", "shown"),
    [
        (AT + timedelta(hours=5, minutes=58), "in 5 h 58 min"),
        (AT - timedelta(minutes=18), "18 min ago"),
        (AT + timedelta(seconds=30), "now"),
        (AT - timedelta(days=12, hours=1), "12 days ago"),
        (date(2026, 11, 25), "today"),
        (date(2026, 11, 26), "in 1 day"),
        (date(2026, 11, 13), "12 days ago"),
        (date(2027, 12, 1), "in 371 days"),
    ],
)
def test_a_distance_from_now(then: date, shown: str) -> None:
    assert plain(words.distance(then, AT, PARIS)) == shown


@pytest.mark.parametrize(
    ("number", "shown"), [(0, "0 vials"), (1, "1 vial"), (2, "2 vials"), (1204, "1,204 vials")]
)
def test_a_count(number: int, shown: str) -> None:
    assert plain(words.plural(number, "vial")) == shown


@pytest.mark.parametrize(
    ("most", "shown"), [(8 * 1024 * 1024, "8 MB"), (12_600_000, "12 MB"), (65_536, "64 kB"), (1024, "1 kB")]
)
def test_the_size_of_a_file_is_rounded_down(most: int, shown: str) -> None:
    assert plain(words.size(most)) == shown


def test_a_word_with_its_own_plural() -> None:
    assert plain(words.plural(2, "allergy", "allergies")) == "2 allergies"


def test_machines_read_utc() -> None:
    assert words.utc(AT.astimezone(PARIS)) == "2026-11-24T23:10:00Z"
