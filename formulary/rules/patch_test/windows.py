"""When a test of the skin is read: each look, when it is meant and between which hours it counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from functools import cached_property

WINDOWS_SOURCE = (
    "Occlusion for 48 h, readings at about 48 h, 72 to 96 h and day 7 [JTF; ESCD practice]; "
    "the hours allowed on either side are house policy."
)


WAITS_H, LATE_MINUTES = 3, 10
"""A patient waits no longer than this; a look so many minutes after the last one named still counts (house
policy)."""


@dataclass(frozen=True)
class Window:
    """A reading: when it is meant, between which hours it counts, and whether a test needs it."""

    name: str
    meant_h: int | Fraction
    opens_h: int | Fraction
    closes_h: int | Fraction
    required: bool

    @property
    def is_immediate(self) -> bool:
        """Whether it is read while the patient waits."""
        return self.closes_h < WAITS_H

    @cached_property
    def meant(self) -> timedelta:
        """How long after applying it is meant."""
        return _span(self.meant_h)

    @cached_property
    def opens(self) -> timedelta:
        """From when on a look counts."""
        return _span(self.opens_h)

    @cached_property
    def closes(self) -> timedelta:
        """Until when a look counts."""
        return _span(self.closes_h)

    def holds(self, elapsed: timedelta) -> bool:
        """Whether a look this long after applying falls into it, both ends included."""
        return self.opens <= elapsed <= self.closes


INTERIM = Window("24 h", 24, 18, 36, required=False)
FIRST = Window("48 h", 48, 40, 60, required=True)
SECOND = Window("72 to 96 h", 72, 66, 104, required=True)
FOLLOW_UP = Window("day 7", 168, 144, 192, required=False)
WINDOWS = (INTERIM, FIRST, SECOND, FOLLOW_UP)


def within_minutes(name: str, opens: int, last: int) -> Window:
    """A reading while the patient waits: from `opens` to `last` minutes, and counted ten minutes longer."""
    return Window(
        name, Fraction(opens, 60), Fraction(opens, 60), Fraction(last + LATE_MINUTES, 60), required=True
    )


def _span(hours: int | Fraction) -> timedelta:
    return timedelta(minutes=int(hours * 60))
