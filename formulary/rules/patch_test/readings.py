"""When a patch test is read, on which scale, and which reading is due next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from formulary.rules.facts import PatchTest, Reading
from formulary.rules.patch_test.guidelines import PATCH, guideline
from formulary.rules.patch_test.windows import INTERIM, Window

GRADES = frozenset({"-", "?+", "IR", "+", "++", "+++"})
"""ICDRG: none, faint erythema only, irritant, and three degrees of allergic reaction [ICDRG1, JTF]."""
MEASURED = frozenset({"W-", "W?", "W+"})
"""A wheal that was measured, as the guideline of its test judges it."""
LABELLED = frozenset({"L-", "LR", "L+"})
"""The test of a hyaluronidase's label: nothing, redness alone, a wheal with pseudopods and itching."""

STRENGTH = {
    **{"-": 0, "?+": 1, "IR": 1, "+": 2, "++": 3, "+++": 4},
    **{"W-": 0, "W?": 1, "W+": 2, "L-": 0, "LR": 0, "L+": 2},
}
NEGATIVE = frozenset(grade for grade, strength in STRENGTH.items() if strength == 0)
DOUBTFUL = frozenset(grade for grade, strength in STRENGTH.items() if strength == 1)
POSITIVE = frozenset(grade for grade, strength in STRENGTH.items() if strength > 1)


@dataclass(frozen=True, slots=True)
class Due:
    """A reading that has not been entered: `state` is upcoming, due or missed."""

    window: Window
    at: datetime
    opens_at: datetime
    closes_at: datetime
    state: str


def known_readings(test: PatchTest, at: datetime) -> tuple[Reading, ...]:
    """The readings made by this instant, in their order."""
    return tuple(sorted((r for r in test.readings if r.read_at <= at), key=lambda r: r.read_at))


def windows_of(test: PatchTest) -> tuple[Window, ...]:
    """The readings of the guideline under which it was applied."""
    return guideline(test.guideline).windows


def is_read(window: Window, test: PatchTest, readings: tuple[Reading, ...]) -> bool:
    """Whether one of the readings falls into the window."""
    return any(window.holds(reading.read_at - test.applied_at) for reading in readings)


def lessens(was: Reading, now: Reading) -> bool:
    """Whether a correction takes something back: to a weaker grade, or a doubtful one to another time.

    A positive reading bars whenever it was made; a doubtful one may come to stand where it says nothing.
    """
    moved = was.grade in DOUBTFUL and was.read_at != now.read_at
    return STRENGTH[now.grade] < STRENGTH[was.grade] or (moved and now.grade in DOUBTFUL)


def is_interim(reading: Reading, test: PatchTest) -> bool:
    """Whether it was made too early to conclude anything but a reaction."""
    return test.kind == PATCH and reading.read_at - test.applied_at <= INTERIM.closes


def due_readings(test: PatchTest, at: datetime) -> Iterator[Due]:
    """What has not been read, in order; a reading that is not required is never missed."""
    readings = known_readings(test, at)
    for window in windows_of(test):
        due = _due(window, test, at)
        if not is_read(window, test, readings) and (window.required or due.state != "missed"):
            yield due


def _due(window: Window, test: PatchTest, at: datetime) -> Due:
    meant, opens, closes = (test.applied_at + after for after in (window.meant, window.opens, window.closes))
    state = "upcoming" if at < opens else "due" if at <= closes else "missed"
    return Due(window, meant, opens, closes, state)
