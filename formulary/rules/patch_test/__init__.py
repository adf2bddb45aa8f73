"""Patch tests: what readings come to, which is due next, and what a patient is cleared for."""

from formulary.rules.patch_test.clearance import Clearance, clears, standing_positive
from formulary.rules.patch_test.guidelines import (
    GUIDELINES,
    INTRADERMAL,
    PATCH,
    PRICK,
    PRODUCT,
    Guideline,
    grade_of,
    guideline,
)
from formulary.rules.patch_test.outcome import Outcome, outcome
from formulary.rules.patch_test.readings import (
    GRADES,
    LABELLED,
    MEASURED,
    NEGATIVE,
    POSITIVE,
    Due,
    due_readings,
    lessens,
    windows_of,
)
from formulary.rules.patch_test.suppression import with_suppression
from formulary.rules.patch_test.windows import (
    FIRST,
    FOLLOW_UP,
    INTERIM,
    SECOND,
    WINDOWS,
    WINDOWS_SOURCE,
    Window,
)

__all__ = [
    "FIRST",
    "FOLLOW_UP",
    "GRADES",
    "GUIDELINES",
    "INTERIM",
    "INTRADERMAL",
    "LABELLED",
    "MEASURED",
    "NEGATIVE",
    "PATCH",
    "POSITIVE",
    "PRICK",
    "PRODUCT",
    "SECOND",
    "WINDOWS",
    "WINDOWS_SOURCE",
    "Clearance",
    "Due",
    "Guideline",
    "Outcome",
    "Window",
    "clears",
    "due_readings",
    "grade_of",
    "guideline",
    "lessens",
    "outcome",
    "standing_positive",
    "windows_of",
    "with_suppression",
]
