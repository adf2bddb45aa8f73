"""What stands beside a line of earlier sessions, and what is said of an estimate: pure, edges first."""

from datetime import timedelta

import pytest

from formulary.cocktails.labels.estimates import estimated
from formulary.cocktails.labels.history import Before, last_session, usual
from formulary.cocktails.queries import Given
from formulary.rules.facts import Usual
from formulary.rules.findings import Finding, Level, Result
from formulary.rules.formulation import solve_cocktail
from formulary.web.svg import sparkline
from tests.rules.builders import AT, SALINE, TRANEXAMIC, a_cocktail, a_line, q

GIVEN = (Usual(TRANEXAMIC.ingredient.id, q("20 mg"), 5),)


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


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("20 mg", None), ("39 mg", None), ("40 mg", "2 × usual"), ("80 mg", "4 × usual"),
        ("200 mg", "10 × usual"), ("10 mg", "1/2 of usual"), ("2 mg", "1/10 of usual"),
    ],
)  # fmt: skip
def test_a_dose_far_from_the_usual_one_says_how_far(typed, words):
    cocktail = a_cocktail(lines=(a_line(1, TRANEXAMIC, typed), a_line(2, SALINE, "qs")), usual=GIVEN)
    told = usual(cocktail.lines[0], solve_cocktail(cocktail).line(1), cocktail)
    assert (told and told.words) == words


def test_nothing_is_called_usual_before_anything_was_given():
    cocktail = a_cocktail()
    assert usual(cocktail.lines[0], solve_cocktail(cocktail).line(1), cocktail) is None
