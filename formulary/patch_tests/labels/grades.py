"""The kinds of tests, and the grades of their readings, in the words of the page."""

from formulary.rules import patch_test as rules
from formulary.rules.patch_test import Guideline
from formulary.rules.patch_test.guidelines import ICDRG

KINDS = {
    rules.PATCH: "Patch test",
    rules.PRICK: "Prick test",
    rules.INTRADERMAL: "Intradermal test",
    rules.PRODUCT: "Test of a product",
}

GRADES = {
    "-": ("negative", "no reaction", "No reaction"),
    "?+": ("doubtful", "faint redness ?+", "?+  Faint redness only: doubtful"),
    "+": ("positive", "positive +", "+  Redness and infiltration, perhaps papules"),
    "++": ("positive", "positive ++", "++  Redness, infiltration, papules and vesicles"),
    "+++": ("positive", "positive +++", "+++  Intense, vesicles run together"),
    "IR": ("doubtful", "irritant IR", "IR  Irritant reaction"),
    "L-": ("negative", "no reaction", "No reaction"),
    "LR": ("negative", "redness alone", "Redness alone: not positive"),
    "L+": ("positive", "wheal with pseudopods", "Wheal with pseudopods, itching"),
    "W-": ("negative", "negative by its wheal", ""),
    "W?": ("doubtful", "wide enough, without flare", ""),
    "W+": ("positive", "positive by its wheal", ""),
}


def grade_words(grade: str) -> str:
    """A grade in few words: "no reaction", "positive ++"."""
    return GRADES[grade][1]


def grade_state(grade: str) -> str:
    """How a grade is drawn."""
    return GRADES[grade][0]


def scale(chosen: Guideline = ICDRG) -> list[tuple[str, str]]:
    """What a reader chooses from under a guideline: each grade with what is seen."""
    offered = rules.LABELLED if chosen.of_group else rules.GRADES
    return [(grade, seen) for grade, (_, _, seen) in GRADES.items() if grade in offered]


def guideline_choices() -> list[tuple[str, str]]:
    """The guidelines to choose from, by kind: what each reads and when."""
    return [(one.word, f"{KINDS[one.kind]} by {one.name}: {one.says}") for one in rules.GUIDELINES.values()]


def guideline_words(chosen: Guideline) -> str:
    """The kind of a test and its guideline in few words."""
    return f"{KINDS[chosen.kind]} by {chosen.name}"
