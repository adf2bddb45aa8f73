"""What may enter, how a printed expiry is read, and how a lot number is looked up."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formulary.rules.findings import Level
from formulary.rules.lot_status import near, normalise, receivable

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ZONE = "Europe/Paris"
GOOD = date(2027, 11, 30)
# GS1 General Specifications, table 7.11-1: 62 letters and digits and twenty signs.
SET_82 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!\"%&'()*+,-./:;<=>?_"


def found(
    number: str = "L2231", expires_on: date | None = GOOD, at: datetime = AT, **more
) -> list[tuple[str, Level]]:
    return [(f.code, f.level) for f in receivable(number, expires_on, at=at, zone=ZONE, **more)]


def test_a_good_delivery_enters() -> None:
    assert found() == []
    assert found(made_on=date(2025, 11, 30)) == []


EXPIRIES = [
    (date(2026, 11, 25), []),
    (date(2026, 11, 24), [("lot.expired", Level.BLOCK)]),
    (date(2026, 11, 23), [("lot.expired", Level.BLOCK)]),
    (date(2020, 6, 17), [("lot.expired", Level.BLOCK)]),
    (date(1900, 1, 1), [("lot.expired", Level.BLOCK)]),
    (date(1899, 12, 31), [("lot.expiry_absurd", Level.BLOCK)]),
    (date(1, 1, 1), [("lot.expiry_absurd", Level.BLOCK)]),
    (date(2036, 12, 31), []),
    (date(2037, 1, 1), [("lot.expiry_far", Level.WARN)]),
    (date(2100, 12, 31), [("lot.expiry_far", Level.WARN)]),
    (date(2101, 1, 1), [("lot.expiry_absurd", Level.BLOCK)]),
    (date(9999, 12, 31), [("lot.expiry_absurd", Level.BLOCK)]),
    (None, [("lot.expiry_missing", Level.BLOCK)]),
]


@pytest.mark.parametrize(("expires_on", "expected"), EXPIRIES)
def test_a_printed_expiry_is_looked_at_on_arrival(expires_on: date | None, expected: list) -> None:
    assert found(expires_on=expires_on) == expected


def test_expired_and_same_day_goods_enter_quarantine_with_a_word() -> None:
    for day in (date(2026, 11, 23), date(2026, 11, 24)):
        assert found(expires_on=day, quarantine=True) == [("lot.expired", Level.INFO)]
    assert found(expires_on=date(1899, 1, 1), quarantine=True) == [("lot.expiry_absurd", Level.BLOCK)]
    assert found(number="", quarantine=True) == [("lot.number_missing", Level.BLOCK)]


def test_the_day_of_arrival_is_the_sites_day() -> None:
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    assert found(expires_on=date(2026, 11, 24), at=late) == [("lot.expired", Level.BLOCK)]
    early = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)
    assert found(expires_on=date(2026, 11, 24), at=early) == []


def test_the_words_say_what_to_do_with_expired_goods() -> None:
    (finding,) = receivable("L2231", date(2026, 11, 23), at=AT, zone=ZONE)
    assert finding.reason == "It expired at the end of 23 Nov 2026."
    assert finding.remedy == "Book it into quarantine for return."
    (finding,) = receivable("L2231", date(2026, 11, 24), at=AT, zone=ZONE)
    assert finding.reason == "It expires today, 24 Nov 2026."


MADE = [
    (date(2026, 11, 24), []),
    (date(2026, 11, 25), [("lot.made_in_future", Level.BLOCK)]),
    (GOOD, [("lot.made_in_future", Level.BLOCK), ("lot.made_after_expiry", Level.BLOCK)]),
]


@pytest.mark.parametrize(("made_on", "expected"), MADE)
def test_a_lot_is_made_before_it_arrives_and_before_it_expires(made_on: date, expected: list) -> None:
    assert found(made_on=made_on) == expected


NUMBERS = [
    ("L2231", []),
    ("1810150050", []),
    ("A", []),
    ("LOT-7/A", []),
    (SET_82[:20], []),
    (SET_82[61:81], []),
    (SET_82[81:] + SET_82[:19], []),
    ("12345678901234567890", []),
    ("123456789012345678901", [("lot.number_too_long", Level.BLOCK)]),
    ("", [("lot.number_missing", Level.BLOCK)]),
    ("   ", [("lot.number_missing", Level.BLOCK)]),
    ("-./", [("lot.number_missing", Level.BLOCK)]),
    ("L 2231", [("lot.number_characters", Level.BLOCK)]),
    ("L2231#", [("lot.number_characters", Level.BLOCK)]),
    ("L2231~", [("lot.number_characters", Level.BLOCK)]),
    ("Лот1", [("lot.number_characters", Level.BLOCK)]),
    ("L223\uff11", [("lot.number_characters", Level.BLOCK)]),
    ("L2231\x00", [("lot.number_characters", Level.BLOCK)]),
    ("10LOT7\x1d21SER99", [("lot.number_characters", Level.BLOCK)]),
    ("L2231\u202e", [("lot.number_characters", Level.BLOCK)]),
    ("L2231\u200b", [("lot.number_characters", Level.BLOCK)]),
    ("L2231\n", [("lot.number_characters", Level.BLOCK)]),
]


@pytest.mark.parametrize(("number", "expected"), NUMBERS)
def test_a_lot_number_has_at_most_twenty_characters_of_set_82(number: str, expected: list) -> None:
    assert found(number=number) == expected


def test_what_is_wrong_with_a_number_is_said_printably() -> None:
    (finding,) = receivable("L\x00 #", GOOD, at=AT, zone=ZONE)
    assert finding.reason == "The lot number has \\x00, a space, “#”, which no pack prints in it."


LOOKUPS = [
    # as typed, normalised, as a tired eye reads it
    ("L2231", "L2231", "12231"),
    ("l-22.31 ", "L2231", "12231"),
    ("L223l", "L223L", "12231"),
    ("L223I", "L223I", "12231"),
    ("LO-7", "LO7", "107"),
    ("L0-7", "L07", "107"),
    ("L\u20117\u00a0A", "L7A", "17A"),
    ("l\uff12\uff12\uff13\uff11", "L2231", "12231"),
    ("A/B_C", "A/B_C", "A/B_C"),
    ("", "", ""),
]


@pytest.mark.parametrize(("typed", "normal", "eye"), LOOKUPS)
def test_a_number_is_looked_up_without_case_spaces_dashes_and_dots(typed: str, normal: str, eye: str) -> None:
    assert (normalise(typed), near(typed)) == (normal, eye)


@given(st.text(max_size=30))
def test_normalising_twice_changes_nothing(number: str) -> None:
    assert normalise(normalise(number)) == normalise(number) or not number.isascii()
    assert near(normalise(number)) == near(number) or not number.isascii()


@given(st.text(alphabet=SET_82, max_size=20))
def test_a_printed_number_is_found_again_however_it_is_spaced_and_cased(number: str) -> None:
    spaced = " ".join(number.lower()).replace("-", ".")
    assert normalise(spaced) == normalise(number)
    assert len(normalise(number)) <= 20


def test_an_expiry_far_away_says_in_how_many_years() -> None:
    (finding,) = receivable("L2231", date(2037, 1, 1), at=AT, zone=ZONE)
    assert finding.reason == "It expires on 1 Jan 2037, in 11 years."
