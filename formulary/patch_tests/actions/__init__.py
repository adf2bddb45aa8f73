"""The only way to change a patch test: applying, reading, correcting a reading, voiding."""

from formulary.patch_tests.actions.applying import apply_test
from formulary.patch_tests.actions.checking import Spot
from formulary.patch_tests.actions.reading import correct_reading, read_test
from formulary.patch_tests.actions.seeing import Seen
from formulary.patch_tests.actions.voiding import void_test

__all__ = ["Seen", "Spot", "apply_test", "correct_reading", "read_test", "void_test"]
