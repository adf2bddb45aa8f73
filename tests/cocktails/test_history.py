"""What stands beside a line of earlier sessions, and what is said of an estimate: pure, edges first."""

from datetime import timedelta

import pytest

from formulary.cocktails.labels.estimates import estimated
from formulary.cocktails.labels.history import Before, last_session
from formulary.cocktails.queries import Given
from formulary.rules.findings import Finding, Level, Result
from formulary.web.svg import sparkline
from tests.rules.builders import AT


def given(*steps):
    """Doses in mg, newest first, a week apart; None is one that is known as a volume alone."""
    return tuple(
        Given(1, f"{mg} mg" if mg else "1 mL", mg and mg * 1_000_000, AT - timedelta(days=7 * n))
        for n, mg in enumerate(steps)
    )


@pytest.mark.parametrize(
    ("steps", "points"),
    [((20,), ()), ((25, 20), (20_000_000, 25_000_000)), ((25, None), ()), ((None,), ())],
)
def test_two_doses_make_a_picture_and_one_makes_words(steps, points):
    assert Before(given(*steps), "Europe/Paris").points == points


def test_the_words_tell_the_newest_three():
    words = Before(given(25, 20, 15, 10), "Europe/Paris").words
    assert words == "25 mg on 24 Nov 2026, 20 mg on 17 Nov 2026 and 15 mg on 10 Nov 2026"


def test_the_banner_says_how_long_ago_the_last_session_was():
    told = [last_session([Before(given(20), "Europe/Paris")], AT + timedelta(days=n)) for n in (0, 1, 5)]
    assert [[(fact.words, fact.sub) for fact in each] for each in told] == [
        [(words, "24 Nov 2026")] for words in ("today", "yesterday", "5 days ago")
    ]
    assert last_session([], AT) == []


def test_a_sparkline_rises_from_nought_and_says_its_doses():
    drawn = sparkline([1, 2, 4], "10 mg, 20 mg, 40 mg")
    assert 'aria-label="10 mg, 20 mg, 40 mg"' in drawn
    assert 'd="M3 13.5L36 10L69 3"' in drawn


def answer(result, code="ph.unknown", level=None):
    return Finding(code, "pH", "why", result=result, level=level)


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ([], None),
        ([answer(Result.NOT_APPLICABLE)], None),
        ([answer(Result.PASS, "ph.fits")], "pass"),
        ([answer(Result.PASS, "ph.fits"), answer(Result.UNKNOWN)], "unknown"),
        ([answer(Result.UNKNOWN), answer(Result.FINDING, "ph.outside", Level.WARN)], "warn"),
        ([answer(Result.PASS, "phosphate.fits")], None),
    ],
)
def test_a_missing_value_is_never_drawn_as_fitting(answers, state):
    told = estimated(answers, "ph")
    assert (told and told.state) == state
