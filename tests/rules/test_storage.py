"""Readings against a range, who lay there meanwhile, and what a logger's file says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from formulary.rules.storage import (
    BadRow,
    Clocks,
    Excursion,
    Logged,
    Move,
    Reading,
    Span,
    Stay,
    excursions,
    gaps,
    is_missing,
    read_rows,
    span_of,
    stays,
)

FRIDGE = Span(20, 80)
PARIS = ZoneInfo("Europe/Paris")


def at(minute: int) -> datetime:
    return datetime(2026, 11, 24, 12, 0, tzinfo=UTC) + timedelta(minutes=minute)


def found(*tenths: int) -> list[Excursion]:
    """The excursions of readings a minute apart."""
    return list(excursions((Reading(at(n), value) for n, value in enumerate(tenths)), FRIDGE))


@pytest.mark.parametrize(("tenths", "side"), [(19, "cold"), (20, ""), (50, ""), (80, ""), (81, "warm")])
def test_an_end_of_the_range_is_inside_it(tenths: int, side: str) -> None:
    assert [one.side for one in found(tenths)] == ([side] if side else [])


def test_an_excursion_begins_with_its_first_reading_outside_and_ends_with_the_next_inside() -> None:
    [one] = found(50, 81, 95, 90, 80, 50)
    assert one == Excursion("warm", at(1), 95, since=at(0), end=at(4))
    assert one.duration(at(60)) == timedelta(minutes=3)
    assert one.earliest == at(0)


def test_an_excursion_that_goes_on_has_no_end_and_lasts_until_now() -> None:
    [one] = found(19, 5, 12)
    assert one == Excursion("cold", at(0), 5, since=None, end=None)
    assert (one.duration(at(60)), one.earliest) == (timedelta(hours=1), at(0))


def test_from_too_cold_to_too_warm_are_two_excursions() -> None:
    assert found(50, 10, 90, 50) == [
        Excursion("cold", at(1), 10, since=at(0), end=at(2)),
        Excursion("warm", at(2), 90, since=at(0), end=at(3)),
    ]


def test_no_reading_and_no_reading_outside_make_no_excursion() -> None:
    assert (found(), found(20, 80)) == ([], [])


@pytest.mark.parametrize(
    ("read", "unread"),
    [
        ([(0, 50), (11, 50)], [(0, 11)]),
        ([(0, 50), (10, 50)], []),
        ([(0, 90), (11, 50)], []),  # the excursion holds the stretch already, on either side of it
        ([(0, 50), (11, 90)], []),
        ([(0, 50), (20, 20), (40, 80)], [(0, 20), (20, 40)]),
        ([(0, 50)], []),
        ([], []),
    ],
)
def test_a_stretch_without_a_reading_lies_between_two_readings_inside(
    read: list[tuple[int, int]], unread: list[tuple[int, int]]
) -> None:
    told = [Reading(at(minute), tenths) for minute, tenths in read]
    expected = [Excursion("unread", at(a), None, since=at(a), end=at(b)) for a, b in unread]
    assert list(gaps(told, FRIDGE, timedelta(minutes=10))) == expected


@pytest.mark.parametrize(
    ("last", "every", "missing"),
    [(at(0), 60, False), (at(-1), 60, True), (None, 60, True), (None, None, False), (at(-99), None, False)],
)
def test_a_reading_is_missing_only_after_an_interval_that_somebody_set(
    last: datetime | None, every: int | None, missing: bool
) -> None:
    interval = None if every is None else timedelta(minutes=every)
    assert is_missing(last, interval, at(60)) is missing


@pytest.mark.parametrize(
    ("words", "span"),
    [
        ("2-8 C", Span(20, 80)), ("20-25 C (background)", Span(200, 250)), ("2 to 8 °C", Span(20, 80)),
        ("-25--15 C", Span(-250, -150)), ("unknown", None), ("", None), ("<=25 C", None), ("8-2 C", None),
        ("2-8 C, up to 7 days at 25 C", None), ("25 C CRT", None), ("per device IFU", None),
    ],
)  # fmt: skip
def test_a_products_range_is_read_from_two_numbers_and_never_guessed(words: str, span: Span | None) -> None:
    assert span_of(words) == span


def lay(at_start: dict[str, int], *moves: tuple[str, int, int]) -> list[Stay]:
    return stays(at_start, [Move(key, at(when), steps) for key, when, steps in moves], at(0), at(60))


def test_what_stays_moves_away_and_passes_was_inside() -> None:
    assert lay({"stays": 5, "leaves": 3}, ("passes", 10, 2), ("leaves", 20, -3), ("passes", 30, -2)) == [
        Stay("stays", 5, at(0), at(60), timedelta(hours=1), remains=True),
        Stay("leaves", 3, at(0), at(20), timedelta(minutes=20), remains=False),
        Stay("passes", 2, at(10), at(30), timedelta(minutes=20), remains=False),
    ]


def test_time_away_between_two_stays_does_not_count_and_the_most_at_once_does() -> None:
    [stay] = lay({"a": 2}, ("a", 10, 3), ("a", 20, -5), ("a", 50, 1))
    assert (stay.most, stay.length, stay.remains) == (5, timedelta(minutes=30), True)


def test_how_much_of_a_stay_was_within_the_excursion_itself() -> None:
    [stay] = lay({"a": 2}, ("a", 20, -2))
    assert stay.within(at(15), at(60)) == timedelta(minutes=5)
    assert stay.within(at(20), at(60)) == timedelta()


def rows(text: str, *, clocks: Clocks = Clocks.SITE, mark: str = ".") -> list[Logged | BadRow]:
    return list(read_rows(text.splitlines(), clocks=clocks, zone=PARIS, mark=mark))


def reasons(text: str, **more: str) -> list[str]:
    return [row.why for row in rows(f"time;value\n{text}", **more) if isinstance(row, BadRow)]  # type: ignore[arg-type]


def test_a_file_is_read_with_and_without_the_names_of_its_columns() -> None:
    plain = [Logged(1, at(0), 45)]
    assert rows("2026-11-24 13:00,4.5") == plain
    assert rows("2026-11-24T13:00:00\t4.5") == plain
    assert rows("No.;Time;Temp (C)\n1;2026-11-24 13:00;4.5") == [Logged(2, at(0), 45)]


@pytest.mark.parametrize(
    ("text", "clocks", "hour"),
    [
        ("2026-07-01 12:00", Clocks.SITE, 10), ("2026-07-01 12:00", Clocks.STANDARD, 11),
        ("2026-07-01 12:00", Clocks.UTC, 12), ("2026-07-01T12:00Z", Clocks.SITE, 12),
        ("2026-10-25 02:30", Clocks.STANDARD, 1),
    ],
)  # fmt: skip
def test_the_clock_of_the_logger_is_chosen(text: str, clocks: Clocks, hour: int) -> None:
    [row] = rows(f"{text},4", clocks=clocks)
    assert isinstance(row, Logged)
    assert row.at.hour == hour


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("24/11/2026 12:00;4", "the time cannot be read; write it as 2026-11-24 14:10"),
        ("2026-11-31 12:00;4", "there is no such time"),
        ("2026-03-29 02:30;4", "the clocks went forward over this time; it was never shown"),
        (
            "2026-10-25 02:30;4",
            "the clocks went back over this time; it came twice, and the file does not say which",
        ),
        ("2026-11-24 12:00;4,5", "the value has a decimal comma, which this site does not write"),
        ("2026-11-24 12:00;warm", "the value is no number"),
        ("2026-11-24 12:00;", "the value is no number"),
        ("2026-11-24 12:00;80.1", "the value is not between -90 and 80 °C"),
        ("2026-11-24 12:00;-90.04", "the value is not between -90 and 80 °C"),
        ("2026-11-24 12:00;80", ""),
        ("2026-11-24 12:00;-90.0", ""),
        ("2026-11-24 12:00;4;5", "it has 3 columns and not 2"),
    ],
)
def test_a_bad_row_says_why(row: str, why: str) -> None:
    assert reasons(row) == ([why] if why else [])


def test_a_comma_site_takes_commas_and_refuses_points() -> None:
    assert rows("2026-11-24 13:00;4,5", mark=",") == [Logged(1, at(0), 45)]
    assert reasons("2026-11-24 13:00;4.5", mark=",") == [
        "the value has a decimal point, which this site does not write"
    ]


def test_finer_than_a_tenth_is_rounded_half_away_from_zero_and_told() -> None:
    told = rows("2026-11-24 13:00;8.05\n2026-11-24 13:00;-0.05\n2026-11-24 13:00;8.00")
    assert [(row.tenths, row.rounded) for row in told if isinstance(row, Logged)] == [
        (81, True), (-1, True), (80, False),
    ]  # fmt: skip
