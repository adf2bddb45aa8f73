"""Patch tests: what readings come to, which is due next, and what a patient is cleared for."""

from formulary.rules.patch_test.clearance import Clearance, clears, standing_positive
from formulary.rules.patch_test.outcome import Outcome, next_reading, outcome
from formulary.rules.patch_test.readings import (
    FIRST,
    FOLLOW_UP,
    GRADES,
    INTERIM,
    NEGATIVE,
    SECOND,
    WINDOWS,
    WINDOWS_SOURCE,
    Due,
    Window,
    due_readings,
    lessens,
)

__all__ = [
    "FIRST",
    "FOLLOW_UP",
    "GRADES",
    "INTERIM",
    "NEGATIVE",
    "SECOND",
    "WINDOWS",
    "WINDOWS_SOURCE",
    "Clearance",
    "Due",
    "Outcome",
    "Window",
    "clears",
    "due_readings",
    "lessens",
    "next_reading",
    "outcome",
    "standing_positive",
]
