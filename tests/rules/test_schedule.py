"""When the next session is due, how late it is, and until when a rule of after-care holds."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from formulary.rules.schedule import Gap, Stated, Window, contradict, late_by, plus, strictest, until, window

PARIS = ZoneInfo("Europe/Paris")
LAST = date(2026, 11, 24)


def a_gap(least, most, unit="days", who="protocol", after=LAST):
    return Gap(least, most, unit, who, f"[{who}]", after)


@pytest.mark.parametrize(
    ("day", "number", "unit", "then"),
    [
        (LAST, 14, "days", date(2026, 12, 8)),
        (date(2026, 1, 31), 1, "months", date(2026, 2, 28)),
        (date(2026, 11, 30), 3, "months", date(2027, 2, 28)),
        (date(2028, 1, 31), 1, "months", date(2028, 2, 29)),
        (date(2026, 12, 31), 12, "months", date(2027, 12, 31)),
    ],
)
def test_months_are_those_of_the_calendar(day, number, unit, then):
    assert plus(day, number, unit) == then


@pytest.mark.parametrize(
    ("gaps", "due"),
    [
        ([], None),
        ([a_gap(None, None)], None),
        ([a_gap(7, 10)], Window(date(2026, 12, 1), date(2026, 12, 4), "protocol", "[protocol]")),
        ([a_gap(7, None)], Window(date(2026, 12, 1), None, "protocol", "[protocol]")),
        # the label's month wins over the protocol's 7 to 10 days, and its last day is no earlier
        (
            [a_gap(7, 10), a_gap(1, None, "months", "deoxycholic acid")],
            Window(date(2026, 12, 24), date(2026, 12, 24), "deoxycholic acid", "[deoxycholic acid]"),
        ),
        # also where the ingredient was given after the last session of this course
        (
            [a_gap(7, 10), a_gap(1, None, "months", "deoxycholic acid", date(2026, 11, 26))],
            Window(date(2026, 12, 26), date(2026, 12, 26), "deoxycholic acid", "[deoxycholic acid]"),
        ),
    ],
)
def test_of_several_intervals_the_strictest_holds(gaps, due):
    assert window(gaps) == due


@pytest.mark.parametrize(
    ("today", "last", "days"),
    [
        (date(2026, 11, 30), date(2026, 12, 4), 0),
        (date(2026, 12, 4), date(2026, 12, 4), 0),
        (date(2026, 12, 14), date(2026, 12, 4), 10),
        (date(2026, 12, 14), None, 13),
    ],
)
def test_drift_counts_from_the_last_day_meant_or_from_the_first_where_none_is(today, last, days):
    assert late_by(Window(date(2026, 12, 1), last, "protocol", ""), today) == days


@pytest.mark.parametrize(
    ("given", "number", "unit", "then"),
    [
        ("2026-11-24 14:10:00", 24, "hours", "2026-11-25 14:10"),
        ("2026-11-24 14:10:01", 8, "hours", "2026-11-24 22:11"),
        # the clocks go forward in the night: 24 hours end an hour later by them, a day not an hour sooner
        ("2026-03-28 18:40:00", 24, "hours", "2026-03-29 19:40"),
        ("2026-03-28 18:40:00", 1, "days", "2026-03-29 19:40"),
        # and back: 24 hours end an hour earlier by them, a day at the same time
        ("2026-10-24 18:40:00", 24, "hours", "2026-10-25 17:40"),
        ("2026-10-24 18:40:00", 1, "days", "2026-10-25 18:40"),
        ("2026-11-24 14:10:00", 1, "months", "2026-12-24 14:10"),
    ],
)
def test_a_rule_holds_until_a_time_on_the_clocks_of_the_site(given, number, unit, then):
    at = datetime.fromisoformat(given).replace(tzinfo=PARIS).astimezone(UTC)
    assert f"{until(at, number, unit, PARIS).astimezone(PARIS):%Y-%m-%d %H:%M}" == then


S0, S1, S4 = (
    Stated(8, None, "hours", "S0"),
    Stated(10, 15, "hours", "S1"),
    Stated(24, None, "hours", "S4"),
)
S25 = Stated(25, None, "hours", "a")
UNSAID, LIFTED = Stated(None, None, "days", "S4"), Stated(None, None, "days", "S3", lifted=True)


@pytest.mark.parametrize(
    ("stated", "binding", "differ"),
    [
        ([S0, S1, S4], S4, True),
        ([S0, S1], S1, True),
        ([Stated(2, None, "days", "S1"), LIFTED, UNSAID], Stated(2, None, "days", "S1"), True),
        (
            [Stated(25, None, "hours", "a"), Stated(1, None, "days", "b")],
            Stated(25, None, "hours", "a"),
            True,
        ),
        ([UNSAID], None, False),
        ([S0], S0, False),
    ],
)
def test_contradicting_sources_are_resolved_to_the_strictest_and_told(stated, binding, differ):
    assert (strictest(stated), contradict(stated)) == (binding, differ)
