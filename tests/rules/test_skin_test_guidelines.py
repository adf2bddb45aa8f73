"""Prick, intradermal and label tests: the same wheal by each guideline, controls, looks, what clears."""

from dataclasses import replace
from datetime import timedelta

import pytest

from formulary.rules.facts import Control, PatchTest, PatchTestPolicy, Reading
from formulary.rules.patch_test import GUIDELINES, clears, grade_of, guideline, outcome
from formulary.rules.units import Quantity
from tests.rules.builders import AT

APPLIED = AT - timedelta(days=10)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
POLICY = PatchTestPolicy(valid_for=timedelta(days=180))


def mm(width):
    return None if width is None else Quantity.of(width, "mm")


def made(word, *looks, saline="W-", histamine=None, **more):
    """A test of product 1 by this guideline: (when, grade) of each look, and its controls at the first."""
    read = tuple(Reading(grade, APPLIED + after) for after, grade in looks)
    at = looks[0][0] if looks else 20 * MINUTE
    shown = ((False, saline), (True, histamine))
    controls = tuple(Control(must, (Reading(grade, APPLIED + at),)) for must, grade in shown if grade)
    more = {"kind": guideline(word).kind, "guideline": word, "controls": controls, **more}
    return PatchTest(1, 1, 10, APPLIED, read, **more)


def judged(test, after=timedelta(days=10)):
    found = outcome(test, at=APPLIED + after, policy=POLICY)
    return found.kind.value, found.code


# guideline, wheal at once, wheal now, flare, grade: the worked line of FACTS 5.1, then each edge by itself
WHEALS = [
    ("eaaci", 5, 8, True, "W+"),
    ("sfar", 5, 8, True, "W-"),
    ("macy", 5, 8, True, "W+"),
    ("escd", 5, 8, True, "W-"),
    ("bsaci", 5, 8, True, "W+"),
    ("eaaci", 5, "7.9", True, "W-"),
    ("eaaci", 5, 8, False, "W?"),
    ("sfar", 5, 10, False, "W+"),
    ("macy", None, "4.9", True, "W-"),
    ("macy", None, 5, False, "W?"),
    ("escd", None, 10, None, "W+"),
    ("spt", None, 3, None, "W+"),
    ("spt", None, "2.9", None, "W-"),
    ("sfar", 0, 0, None, "W-"),
]


@pytest.mark.parametrize(("word", "first", "now", "flare", "grade"), WHEALS)
def test_the_same_wheal_by_each_guideline(word, first, now, flare, grade):
    assert grade_of(GUIDELINES[word], mm(now), mm(first), flare) == grade


def at_day_9(test, **shown):
    """The same test, its controls read only on day 9."""
    late, must = APPLIED + timedelta(days=9), {"saline": False, "histamine": True}
    controls = tuple(Control(must[name], (Reading(grade, late),)) for name, grade in shown.items())
    return replace(test, controls=controls)


SFAR = made("sfar", (20 * MINUTE, "W-"))
PRICKED = made("spt", (20 * MINUTE, "W-"), histamine="W+")
OUTCOMES = [
    # prick: both controls, one look
    (made("spt", (20 * MINUTE, "W-"), histamine="W+"), "negative", "patch_test.negative"),
    (made("spt", (20 * MINUTE, "W+"), histamine="W+"), "positive", "patch_test.positive"),
    (made("spt", (20 * MINUTE, "W-"), histamine="W-"), "invalid", "patch_test.control_failed"),
    (made("spt", (20 * MINUTE, "W+"), histamine="W-"), "positive", "patch_test.positive"),
    (
        made("spt", (20 * MINUTE, "W-"), saline="W+", histamine="W+"),
        "invalid",
        "patch_test.control_reacted",
    ),
    (made("spt", (20 * MINUTE, "W-")), "invalid", "patch_test.control_missing"),
    (made("spt", (20 * MINUTE, "W-"), saline=None, histamine="W+"), "invalid", "patch_test.control_missing"),
    (made("spt", (31 * MINUTE, "W-"), histamine="W+"), "invalid", "patch_test.outside_window"),
    (made("spt", saline=None), "invalid", "patch_test.unread"),
    # intradermal: some ask for a late look too
    (made("sfar", (20 * MINUTE, "W-")), "negative", "patch_test.negative"),
    (made("eaaci", (20 * MINUTE, "W-")), "invalid", "patch_test.unread"),
    (made("eaaci", (20 * MINUTE, "W-"), (48 * HOUR, "-")), "negative", "patch_test.negative"),
    (made("eaaci", (20 * MINUTE, "W-"), (48 * HOUR, "+")), "positive", "patch_test.positive"),
    (made("eaaci", (20 * MINUTE, "W?"), (48 * HOUR, "-")), "doubtful", "patch_test.doubtful"),
    (made("escd", (30 * MINUTE, "W-"), (24 * HOUR, "-")), "negative", "patch_test.negative"),
    # the label of hyaluronidase: a wheal must last, redness alone is none
    (
        made("hyaluronidase", (5 * MINUTE, "L+"), (25 * MINUTE, "L+"), saline=None),
        "positive",
        "patch_test.positive",
    ),
    (
        made("hyaluronidase", (5 * MINUTE, "L+"), (25 * MINUTE, "L-"), saline=None),
        "doubtful",
        "patch_test.doubtful",
    ),
    (
        made("hyaluronidase", (5 * MINUTE, "LR"), (25 * MINUTE, "LR"), saline=None),
        "negative",
        "patch_test.negative",
    ),
    (made("hyaluronidase", (5 * MINUTE, "LR"), saline=None), "invalid", "patch_test.unread"),
    # a medicine that hides reactions takes a negative away and never a positive
    (
        made("sfar", (20 * MINUTE, "W-"), suppressed="An antihistamine was taken."),
        "invalid",
        "patch_test.suppressed",
    ),
    (
        made("sfar", (20 * MINUTE, "W+"), suppressed="An antihistamine was taken."),
        "positive",
        "patch_test.positive",
    ),
    # a control that reacted leaves nothing negative, and takes no reaction back
    (
        made("icdrg", (48 * HOUR, "-"), (96 * HOUR, "-"), saline="IR"),
        "invalid",
        "patch_test.control_reacted",
    ),
    (
        made("icdrg", (48 * HOUR, "+"), (96 * HOUR, "+"), saline="IR"),
        "positive",
        "patch_test.positive",
    ),
    (
        made("icdrg", (48 * HOUR, "?+"), (96 * HOUR, "-"), saline="IR"),
        "doubtful",
        "patch_test.doubtful",
    ),
    (
        made("spt", (20 * MINUTE, "W+"), saline="W+", histamine="W+"),
        "positive",
        "patch_test.positive",
    ),
    # a control counts where it was read with the spots, not days later
    (at_day_9(SFAR, saline="W-"), "invalid", "patch_test.control_missing"),
    (at_day_9(PRICKED, saline="W-", histamine="W+"), "invalid", "patch_test.control_missing"),
]


@pytest.mark.parametrize(("test", "kind", "code"), OUTCOMES)
def test_what_each_kind_of_test_comes_to(test, kind, code):
    assert judged(test) == (kind, code)


def test_an_early_wheal_waits_for_the_second_look():
    test = made("hyaluronidase", (5 * MINUTE, "L+"), saline=None)
    assert judged(test, 10 * MINUTE) == ("pending", "patch_test.pending")


WHEN_LOOKED = [
    ((25 * MINUTE, "L-"), "did not last"),
    ((15 * MINUTE, "L+"), "was not looked at again in time"),
]


@pytest.mark.parametrize(("look", "became"), WHEN_LOOKED)
def test_only_a_second_look_says_that_a_wheal_did_not_last(look, became):
    test = made("hyaluronidase", (5 * MINUTE, "L+"), look, saline=None)
    found = outcome(test, at=AT, policy=POLICY)
    assert found.reason == f"A wheal came and {became}, which clears nothing."
    assert cleared([PATCHED, later(test)], kinds=frozenset({"patch", "product"})) == "patch_test.doubtful"


def cleared(tests, **policy):
    asked = PatchTestPolicy(valid_for=timedelta(days=180), **policy)
    return clears(tests, 1, 1, 10, at=AT, policy=asked).finding.code


REACTED = made("sfar", (20 * MINUTE, "W+"))
PATCHED = made("icdrg", (48 * HOUR, "-"), (96 * HOUR, "-"), saline=None)


@pytest.mark.parametrize("policy", [{}, {"required": False}])
@pytest.mark.parametrize(("grade", "code"), [("+++", "positive"), ("?+", "doubtful")])
def test_a_control_that_reacted_takes_no_reaction_back_for_an_older_negative_to_clear(grade, code, policy):
    beside = (Control(False, (Reading("?+", APPLIED + timedelta(days=8)),)),)
    new = replace(later(PATCHED), controls=beside)
    new = replace(new, readings=tuple(replace(reading, grade=grade) for reading in new.readings))
    assert cleared([PATCHED, new], **policy) == f"patch_test.{code}"


def test_a_positive_test_says_that_its_negative_control_reacted_too():
    test = made("spt", (20 * MINUTE, "W+"), saline="W+", histamine="W+")
    told = clears([test], 1, 1, 10, at=AT, policy=POLICY).finding.reason
    assert told == "The patch test was positive on 14 Nov 2026. The negative control reacted too."


def later(test):
    """The same test, applied and read a day later."""
    day = timedelta(days=1)
    read = tuple(Reading(r.grade, r.read_at + day) for r in test.readings)
    return PatchTest(1, 1, 10, APPLIED + day, read, kind=test.kind, guideline=test.guideline)


def test_a_negative_test_of_another_kind_clears_where_the_site_says_so():
    assert cleared([PRICKED]) == "patch_test.other_kind"
    assert cleared([PRICKED], kinds=frozenset({"patch", "prick"})) == "patch_test.negative"


def test_a_positive_test_of_any_kind_bars_and_only_its_own_kind_lifts_it():
    assert cleared([REACTED]) == "patch_test.positive"
    assert cleared([REACTED, later(PATCHED)]) == "patch_test.positive"


def test_every_guideline_names_its_source_and_looks_in_order():
    assert all(one.source and one.says for one in GUIDELINES.values())
    for one in GUIDELINES.values():
        assert sorted(one.windows, key=lambda w: w.opens) == list(one.windows), one.word
