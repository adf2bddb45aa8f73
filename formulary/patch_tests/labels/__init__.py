"""What the pages say of patch tests, in words and states."""

from formulary.patch_tests.labels.flags import flags_of
from formulary.patch_tests.labels.grades import (
    grade_state,
    grade_words,
    guideline_choices,
    guideline_words,
    scale,
)
from formulary.patch_tests.labels.hiding import Hiding, hiding
from formulary.patch_tests.labels.hooks import Barred, barred
from formulary.patch_tests.labels.lines import ReadingLine, SpotLine, TestLine, test_lines
from formulary.patch_tests.labels.sources import OUTSIDE, Source, scanned, sources
from formulary.patch_tests.labels.worklist import DueLine, due_lines

__all__ = [
    "OUTSIDE",
    "Barred",
    "DueLine",
    "Hiding",
    "ReadingLine",
    "Source",
    "SpotLine",
    "TestLine",
    "barred",
    "due_lines",
    "flags_of",
    "grade_state",
    "grade_words",
    "guideline_choices",
    "guideline_words",
    "hiding",
    "scale",
    "scanned",
    "sources",
    "test_lines",
]
