"""What the readings of a patch test come to: grades, windows, what is due, what lapses."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formulary.rules.facts import PatchTest, PatchTestPolicy, Reading, TestOutcome
from formulary.rules.patch_test import (
    FIRST,
    GRADES,
    SECOND,
    WINDOWS,
    WINDOWS_SOURCE,
    due_readings,
    lessens,
    outcome,
)
from formulary.rules.patch_test.readings import STRENGTH
from tests.rules.builders import AT

POLICY = PatchTestPolicy(valid_for=timedelta(days=180), source="clinic policy")
APPLIED = AT - timedelta(days=10)


def hour(count: float) -> timedelta:
    return timedelta(hours=count)


def a_read_test(*readings: tuple[float, str]) -> PatchTest:
    made = tuple(Reading(grade, APPLIED + hour(after)) for after, grade in readings)
    return PatchTest(ingredient_id=1, product_id=1, lot_id=10, applied_at=APPLIED, readings=made)


def judged(*readings: tuple[float, str], after: float = 240, policy: PatchTestPolicy = POLICY):
    return outcome(a_read_test(*readings), at=APPLIED + hour(after), policy=policy)


# readings (hours after applying, ICDRG grade), hours after applying at which one asks, kind, code.
# ICDRG: - none, ?+ faint erythema, + ++ +++ positive, IR irritant [ICDRG1, JTF]; 24 h is interim.
OUTCOMES = [
    # nothing read yet
    ([], 0, "pending", "patch_test.pending"),
    ([], 24, "pending", "patch_test.pending"),
    ([], 60, "pending", "patch_test.pending"),
    ([], 60.1, "invalid", "patch_test.unread"),
    ([], 240, "invalid", "patch_test.unread"),
    # the interim reading concludes nothing
    ([(24, "-")], 24, "pending", "patch_test.pending"),
    ([(24, "-")], 240, "invalid", "patch_test.unread"),
    ([(24, "?+")], 24, "pending", "patch_test.pending"),
    ([(24, "IR")], 24, "pending", "patch_test.pending"),
    ([(24, "?+"), (48, "-"), (96, "-")], 240, "negative", "patch_test.negative"),
    # negative needs both
    ([(48, "-")], 48, "pending", "patch_test.pending"),
    ([(48, "-")], 104, "pending", "patch_test.pending"),
    ([(48, "-")], 104.1, "invalid", "patch_test.unread"),
    ([(72, "-")], 72, "invalid", "patch_test.unread"),
    ([(24, "-"), (96, "-")], 96, "invalid", "patch_test.unread"),
    ([(48, "-"), (72, "-")], 72, "negative", "patch_test.negative"),
    ([(48, "-"), (96, "-")], 96, "negative", "patch_test.negative"),
    ([(24, "-"), (48, "-"), (96, "-")], 240, "negative", "patch_test.negative"),
    ([(96, "-"), (48, "-")], 96, "negative", "patch_test.negative"),
    # windows, both ends included
    ([(40, "-"), (66, "-")], 66, "negative", "patch_test.negative"),
    ([(60, "-"), (104, "-")], 104, "negative", "patch_test.negative"),
    ([(39.9, "-"), (72, "-")], 72, "invalid", "patch_test.outside_window"),
    ([(60.1, "-"), (72, "-")], 72, "invalid", "patch_test.outside_window"),
    ([(48, "-"), (65.9, "-")], 105, "invalid", "patch_test.outside_window"),
    ([(48, "-"), (104.1, "-")], 105, "invalid", "patch_test.outside_window"),
    ([(48, "-"), (65.9, "-")], 80, "pending", "patch_test.pending"),
    # positive at once, at any hour
    ([(2, "+")], 2, "positive", "patch_test.positive"),
    ([(24, "+")], 24, "positive", "patch_test.positive"),
    ([(48, "++")], 48, "positive", "patch_test.positive"),
    ([(96, "+++")], 96, "positive", "patch_test.positive"),
    ([(62, "+")], 62, "positive", "patch_test.positive"),
    ([(48, "+"), (96, "-")], 240, "positive", "patch_test.positive"),
    ([(48, "?+"), (96, "+")], 240, "positive", "patch_test.positive"),
    # doubtful is not cleared
    ([(48, "?+")], 48, "doubtful", "patch_test.doubtful"),
    ([(48, "?+"), (96, "-")], 240, "doubtful", "patch_test.doubtful"),
    ([(48, "-"), (96, "?+")], 240, "doubtful", "patch_test.doubtful"),
    ([(48, "IR"), (96, "-")], 240, "doubtful", "patch_test.doubtful"),
    ([(48, "-"), (96, "IR")], 240, "doubtful", "patch_test.doubtful"),
    ([(48, "-"), (50, "?+"), (96, "-")], 240, "doubtful", "patch_test.doubtful"),
    ([(36, "?+")], 36, "pending", "patch_test.pending"),
    ([(36.1, "?+")], 37, "doubtful", "patch_test.doubtful"),
    # day 7 can reopen, and is not asked for
    ([(48, "-"), (96, "-"), (168, "-")], 168, "negative", "patch_test.negative"),
    ([(48, "-"), (96, "-"), (168, "+")], 168, "positive", "patch_test.positive"),
    ([(48, "-"), (96, "-"), (168, "?+")], 168, "doubtful", "patch_test.doubtful"),
    ([(48, "-"), (96, "-"), (168, "+")], 167, "negative", "patch_test.negative"),
    ([(48, "-"), (168, "-")], 168, "invalid", "patch_test.unread"),
    # what cannot be
    ([(-1, "-"), (48, "-"), (96, "-")], 240, "invalid", "patch_test.read_before_applied"),
    ([(48, "-"), (96, "neg")], 240, "invalid", "patch_test.grade_unknown"),
    ([(48, "-"), (96, "")], 240, "invalid", "patch_test.grade_unknown"),
    ([(48, "-"), (96, "\u2212")], 240, "invalid", "patch_test.grade_unknown"),
]


@pytest.mark.parametrize("row", OUTCOMES, ids=lambda row: f"{row[0]}@{row[1]}")
def test_readings_come_to(row) -> None:
    readings, after, kind, code = row
    found = judged(*readings, after=after)
    assert (found.kind, found.code) == (TestOutcome(kind), code)
    assert found.reason.endswith(".")


def test_a_test_that_is_not_applied_yet_is_pending() -> None:
    found = judged(after=-1)
    assert (found.kind, found.reason) == (TestOutcome.PENDING, "The test is not applied yet.")


def test_a_reading_of_tomorrow_is_not_known_today() -> None:
    assert judged((48, "-"), (96, "+"), after=50).kind is TestOutcome.PENDING


NEGATIVE = ((48, "-"), (96, "-"))


@pytest.mark.parametrize(("days", "kind"), [(179.99, "negative"), (180, "lapsed"), (200, "lapsed")])
def test_a_negative_test_lapses_when_the_site_says(days: float, kind: str) -> None:
    found = judged(*NEGATIVE, after=96 + days * 24)
    assert found.kind is TestOutcome(kind)
    assert found.on == APPLIED + hour(96)
    assert found.valid_until == APPLIED + hour(96) + timedelta(days=180)


def test_without_a_policy_a_negative_test_has_no_end_that_anybody_knows() -> None:
    found = judged(*NEGATIVE, after=96 + 24 * 365, policy=PatchTestPolicy())
    assert (found.kind, found.valid_until) == (TestOutcome.NEGATIVE, None)


def test_it_is_concluded_by_the_first_reading_of_the_second_window() -> None:
    assert judged((48, "-"), (72, "-"), (96, "-"), (168, "-")).on == APPLIED + hour(72)


def test_positive_and_doubtful_do_not_lapse() -> None:
    assert judged((48, "+"), after=24 * 900).kind is TestOutcome.POSITIVE
    assert judged((48, "?+"), (96, "-"), after=24 * 900).kind is TestOutcome.DOUBTFUL


def test_an_unread_test_says_which_reading() -> None:
    assert judged(after=61).reason == "The 48 h reading was not entered in its window."
    assert judged((48, "-"), after=105).reason == "The 72 to 96 h reading was not entered in its window."
    assert judged((62, "-"), after=63).reason == "The 48 h reading was made outside its window."


def next_reading(test: PatchTest, after: float):
    """The first that can still be made, as the worklist has it."""
    found = outcome(test, at=APPLIED + hour(after), policy=POLICY)
    return next((due for due in found.due if due.state != "missed"), None)


NEXT = [
    # readings, hours after applying, next window, state
    ([], 0, "24 h", "upcoming"),
    ([], 20, "24 h", "due"),
    ([], 37, "48 h", "upcoming"),
    ([(24, "-")], 24, "48 h", "upcoming"),
    ([(24, "-")], 40, "48 h", "due"),
    ([(24, "-")], 60, "48 h", "due"),
    ([(48, "-")], 48, "72 to 96 h", "upcoming"),
    ([(48, "-")], 66, "72 to 96 h", "due"),
    ([(48, "-"), (96, "-")], 96, "day 7", "upcoming"),
    ([(48, "-"), (96, "-")], 168, "day 7", "due"),
    ([(48, "?+")], 70, "72 to 96 h", "due"),
    ([], 61, "72 to 96 h", "upcoming"),
]


@pytest.mark.parametrize("row", NEXT, ids=lambda row: f"{row[0]}@{row[1]}")
def test_the_next_reading_for_the_worklist(row) -> None:
    readings, after, name, state = row
    due = next_reading(a_read_test(*readings), after)
    assert (due.window.name, due.state) == (name, state)
    assert due.opens_at <= due.at <= due.closes_at


def test_nothing_is_due_for_a_positive_test_or_one_that_is_over() -> None:
    assert next_reading(a_read_test((24, "+")), 30) is None
    assert next_reading(a_read_test(*NEGATIVE, (168, "-")), 169) is None
    assert next_reading(a_read_test(*NEGATIVE), 193) is None


def test_only_required_readings_are_missed() -> None:
    missed = [d.window.name for d in due_readings(a_read_test(), APPLIED + hour(300))]
    assert missed == ["48 h", "72 to 96 h"]


def test_the_windows_are_data_with_a_source_and_do_not_overlap() -> None:
    assert "house policy" in WINDOWS_SOURCE
    assert all(w.opens_h <= w.meant_h <= w.closes_h for w in WINDOWS)
    assert all(a.closes_h < b.opens_h for a, b in pairwise(WINDOWS))
    assert [w.name for w in WINDOWS if w.required] == [FIRST.name, SECOND.name]
    assert FIRST.opens_h <= 48 <= FIRST.closes_h and SECOND.opens_h <= 72 and SECOND.closes_h >= 96


looks = st.lists(
    st.tuples(st.integers(min_value=0, max_value=200), st.sampled_from(sorted(GRADES))), max_size=6
)


@given(looks, st.integers(min_value=0, max_value=400))
def test_a_test_with_any_positive_reading_never_clears(readings, after: int) -> None:
    found = judged(*readings, after=after)
    known = [grade for at, grade in readings if at <= after]
    assert (found.kind is TestOutcome.POSITIVE) == any(g in {"+", "++", "+++"} for g in known)


@given(looks, st.integers(min_value=0, max_value=400))
def test_negative_means_both_readings_in_their_windows_and_nothing_doubtful(readings, after: int) -> None:
    found = judged(*readings, after=after)
    known = [(at, grade) for at, grade in readings if at <= after]
    both = all(any(w.opens_h <= at <= w.closes_h for at, _ in known) for w in (FIRST, SECOND))
    clean = all(grade == "-" or (at <= 36 and grade in {"?+", "IR"}) for at, grade in known)
    assert (found.kind is TestOutcome.NEGATIVE) == (both and clean)


@pytest.mark.parametrize(
    ("was", "now", "less"),
    [
        ((48, "+"), (48, "-"), True),
        ((48, "+"), (48, "?+"), True),
        ((48, "?+"), (48, "-"), True),
        ((48, "++"), (48, "+"), True),
        ((48, "-"), (48, "+"), False),
        ((48, "-"), (96, "-"), False),
        ((48, "+"), (96, "+"), False),  # a positive reading bars whenever it was made
        ((48, "+"), (24, "++"), False),
        ((48, "?+"), (48, "IR"), False),
        ((48, "?+"), (24, "IR"), True),  # a doubtful one may come to stand where it says nothing
        ((48, "IR"), (24, "IR"), True),
        ((48, "IR"), (24, "+"), False),
    ],
)
def test_which_correction_of_a_reading_takes_something_back(was, now, less) -> None:
    before, after = (Reading(grade, APPLIED + hour(hours)) for hours, grade in (was, now))
    assert lessens(before, after) is less


def test_the_grades_are_those_of_the_scale_in_their_order() -> None:
    """ICDRG: negative, doubtful and irritant, then three degrees of an allergic reaction."""
    assert [sorted(g for g in GRADES if STRENGTH[g] == n) for n in range(5)] == [
        ["-"],
        ["?+", "IR"],
        ["+"],
        ["++"],
        ["+++"],
    ]


def test_the_hours_of_each_window() -> None:
    """Read at 48 h and at 72 to 96 h, at day 7 where need be [JTF; ESCD]; hours beside: house policy."""
    assert [(w.meant_h, w.opens_h, w.closes_h, w.required) for w in WINDOWS] == [
        (24, 18, 36, False),
        (48, 40, 60, True),
        (72, 66, 104, True),
        (168, 144, 192, False),
    ]
