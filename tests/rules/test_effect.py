"""How many of the patients of a recall must have been answered for, by its level."""

from datetime import date

import pytest

from formulary.rules.trace.effect import looks_back_until, required


@pytest.mark.parametrize(
    ("level", "percent", "patients", "answered"),
    [
        ("A", None, 7, 7), ("C", None, 7, 1), ("C", None, 10, 1), ("C", None, 11, 2),
        ("D", None, 50, 1), ("D", None, 51, 2), ("E", None, 50, 0), ("A", None, 0, 0),
        ("B", 11, 100, 11), ("B", 11, 101, 12), ("B", 100, 7, 7), ("B", 50, 7, 4),
    ],
)  # fmt: skip
def test_how_many_must_have_been_answered_for(level, percent, patients, answered):
    assert required(level, percent, patients) == answered


@pytest.mark.parametrize("percent", [None, 0, 10, 101])
def test_level_b_lies_between_c_and_a(percent):
    with pytest.raises(ValueError, match="between C and A"):
        required("B", percent, 100)


def test_late_harm_is_looked_for_over_twelve_weeks():
    assert looks_back_until(date(2026, 11, 24)) == date(2027, 2, 16)
