"""What each guideline says, figure by figure, and which reading of a control counts."""

from dataclasses import replace
from datetime import timedelta

import pytest

from formulary.rules.facts import Control, PatchTestPolicy, Reading
from formulary.rules.patch_test import GUIDELINES, grade_of, guideline, outcome
from formulary.rules.patch_test.guidelines import Criterion
from formulary.rules.units import Quantity
from tests.rules.test_skin_test_guidelines import APPLIED, HOUR, MINUTE, PRICKED, made

PATCH_LOOKS = [("24 h", False), ("48 h", True), ("72 to 96 h", True), ("day 7", False)]
# word: kind, least, wider by, times, flare, volume, negative and positive control, must last, group, looks
FIGURES = {
    "icdrg": ("patch", None, "", False, False, False, "", PATCH_LOOKS),
    "spt": ("prick", (3, None, None, False), "", True, True, False, "", [("15 to 20 min", True)]),
    "escd": (
        "intradermal", (10, None, None, False), "0.04 mL", True, False, False, "",
        [("30 min", True), ("24 h", True)],
    ),
    "eaaci": (
        "intradermal", (None, 3, None, True), "0.02 to 0.05 mL", True, False, False, "",
        [("15 to 20 min", True), ("24 to 72 h", True)],
    ),
    "bsaci": (
        "intradermal", (None, 3, None, True), "0.03 mL", True, False, False, "", [("20 to 30 min", True)],
    ),
    "sfar": (
        "intradermal", (None, None, 2, False), "0.02 to 0.05 mL", True, False, False, "", [("20 min", True)],
    ),
    "macy": ("intradermal", (5, None, None, True), "0.02 mL", True, False, False, "", [("15 min", True)]),
    "hyaluronidase": (
        "product", None, "0.02 mL", False, False, True, "hyaluronidase",
        [("5 min", True), ("20 to 30 min", True)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("word", GUIDELINES)
def test_the_figures_of_a_guideline_are_those_of_its_source(word):
    one = guideline(word)
    asked = one.criterion
    wanted = None if asked is None else (asked.at_least, asked.wider_by, asked.times, asked.flare)
    looks = [(window.name, window.required) for window in one.windows]
    controls = (one.needs_negative, one.needs_positive)
    assert (one.kind, wanted, one.volume, *controls, one.must_last, one.of_group, looks) == FIGURES[word]


# which compare with the wheal seen at once, which are measured, and at which a grade is chosen later
@pytest.mark.parametrize(
    ("compares", "measured", "graded"),
    [
        ({"eaaci", "bsaci", "sfar"}, set(FIGURES) - {"icdrg", "hyaluronidase"},
         {"icdrg", "escd", "eaaci", "hyaluronidase"}),
    ],
)  # fmt: skip
def test_what_is_measured_compared_and_graded(compares, measured, graded):
    found = GUIDELINES.values()
    assert {one.word for one in found if one.criterion and one.criterion.compares} == compares
    assert {one.word for one in found if one.is_measured} == measured
    assert {one.word for one in found if one.is_graded} == graded


# from when until when each look counts: minutes where the patient waits, ten of them on top; else hours
WHILE_WAITING = {
    "spt": [(15, 30)], "escd": [(30, 40), (1080, 2160)], "eaaci": [(15, 30), (1440, 4320)],
    "bsaci": [(20, 40)], "sfar": [(20, 30)], "macy": [(15, 25)], "hyaluronidase": [(5, 15), (20, 40)],
    "icdrg": [(1080, 2160), (2400, 3600), (3960, 6240), (8640, 11520)],
}  # fmt: skip


@pytest.mark.parametrize("word", GUIDELINES)
def test_when_each_look_counts(word):
    looks = [(window.opens / MINUTE, window.closes / MINUTE) for window in guideline(word).windows]
    assert looks == WHILE_WAITING[word]


def test_a_criterion_asks_for_nothing_that_it_does_not_say():
    assert Criterion() == Criterion(at_least=None, wider_by=None, times=None, flare=False)


@pytest.mark.parametrize(
    ("word", "first", "now", "grade"),
    [
        ("icdrg", None, "0.1", "W+"),  # a wheal where no criterion is stated counts, a wheal of nothing never
        ("icdrg", None, "0", "W-"),
        ("eaaci", None, 3, "W+"),  # nothing was seen at once: what stands now is all of it
        ("eaaci", None, "2.9", "W-"),
        ("sfar", None, "0.1", "W+"),
    ],
)
def test_a_wheal_without_a_criterion_or_without_a_first_look(word, first, now, grade):
    assert grade_of(guideline(word), Quantity.of(now, "mm"), first, True) == grade


def test_a_word_in_no_table_is_read_as_a_patch_test():
    assert guideline("nothing of ours") == guideline("icdrg")


def judged(test, after):
    found = outcome(test, at=APPLIED + after, policy=PatchTestPolicy())
    return found.kind.value, found.code, None if found.on is None else found.on - APPLIED


def histamine(test, *looks):
    """The same test with a positive control that was read so, beside the negative one it has."""
    read = tuple(Reading(grade, APPLIED + after) for after, grade in looks)
    kept = tuple(control for control in test.controls if not control.must_react)
    return replace(test, controls=(*kept, Control(True, read)))


LATE, DAY = 22 * MINUTE, timedelta(days=1)
PATCHED = made("icdrg", (48 * HOUR, "-"), (96 * HOUR, "-"), saline=None)
CONTROLS = [
    # a positive control that did not react fails the sitting, also where it was read too late
    (histamine(PRICKED, (9 * DAY, "W-")), 10 * DAY, ("invalid", "patch_test.control_failed", 9 * DAY)),
    # and one that reacted too late is as good as none
    (histamine(PRICKED, (9 * DAY, "W+")), 10 * DAY, ("invalid", "patch_test.control_missing", None)),
    # what it showed in time counts, and not how it had faded, or what it had not shown, a day later
    (histamine(PRICKED, (20 * MINUTE, "W+"), (DAY, "W-")), 10 * DAY,
     ("negative", "patch_test.negative", 20 * MINUTE)),
    (histamine(PRICKED, (20 * MINUTE, "W-"), (DAY, "W+")), 10 * DAY,
     ("invalid", "patch_test.control_failed", 20 * MINUTE)),
    # what will be read is not known yet
    (histamine(PRICKED, (LATE, "W+")), LATE - MINUTE, ("invalid", "patch_test.control_missing", None)),
    (histamine(PRICKED, (LATE, "W+")), LATE, ("negative", "patch_test.negative", 20 * MINUTE)),
    (histamine(PRICKED, (LATE, "W-")), LATE - MINUTE, ("invalid", "patch_test.control_missing", None)),
    # of a patch test its first reading asked for is that at 48 h: the one at 24 h decides nothing
    (histamine(PATCHED, (24 * HOUR, "-"), (48 * HOUR, "+")), 10 * DAY,
     ("negative", "patch_test.negative", 96 * HOUR)),
]  # fmt: skip


@pytest.mark.parametrize(("test", "after", "comes_to"), CONTROLS)
def test_which_reading_of_a_positive_control_counts(test, after, comes_to):
    assert judged(test, after) == comes_to


@pytest.mark.parametrize(
    ("after", "comes_to"),
    [
        (30 * MINUTE, ("negative", "patch_test.negative", 20 * MINUTE)),
        (31 * MINUTE, ("invalid", "patch_test.control_reacted", 31 * MINUTE)),
    ],
)
def test_a_negative_control_that_reacted_counts_from_when_it_was_seen(after, comes_to):
    test = made("sfar", (20 * MINUTE, "W-"))
    [control] = test.controls
    shown = (*control.readings, Reading("W+", APPLIED + 31 * MINUTE))
    assert judged(replace(test, controls=(replace(control, readings=shown),)), after) == comes_to
