"""When a patch test is read, on which scale, and which reading is due next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from formulary.rules.facts import PatchTest, Reading

NEGATIVE = frozenset({"-"})
DOUBTFUL = frozenset({"?+", "IR"})
POSITIVE = frozenset({"+", "++", "+++"})
GRADES = NEGATIVE | DOUBTFUL | POSITIVE
"""ICDRG: none, faint erythema only, irritant, and three degrees of allergic reaction [ICDRG1, JTF]."""

STRENGTH = {"-": 0, "?+": 1, "IR": 1, "+": 2, "++": 3, "+++": 4}

WINDOWS_SOURCE = (
    "Occlusion for 48 h, readings at about 48 h, 72 to 96 h and day 7 [JTF; ESCD practice]; "
    "the hours allowed on either side are house policy."
)


@dataclass(frozen=True, slots=True)
class Window:
    """A reading: when it is meant, between which hours it counts, and whether a test needs it."""

    name: str
    meant_h: int
    opens_h: int
    closes_h: int
    required: bool

    def holds(self, elapsed: timedelta) -> bool:
        """Whether a look this long after applying falls into it, both ends included."""
        return timedelta(hours=self.opens_h) <= elapsed <= timedelta(hours=self.closes_h)


INTERIM = Window("24 h", 24, 18, 36, required=False)
FIRST = Window("48 h", 48, 40, 60, required=True)
SECOND = Window("72 to 96 h", 72, 66, 104, required=True)
FOLLOW_UP = Window("day 7", 168, 144, 192, required=False)
WINDOWS = (INTERIM, FIRST, SECOND, FOLLOW_UP)


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
    return reading.read_at - test.applied_at <= timedelta(hours=INTERIM.closes_h)


def due_readings(test: PatchTest, at: datetime) -> Iterator[Due]:
    """What has not been read, in order; a reading that is not required is never missed."""
    readings = known_readings(test, at)
    for window in WINDOWS:
        due = _due(window, test, at)
        if not is_read(window, test, readings) and (window.required or due.state != "missed"):
            yield due


def _due(window: Window, test: PatchTest, at: datetime) -> Due:
    meant, opens, closes = (
        test.applied_at + timedelta(hours=h) for h in (window.meant_h, window.opens_h, window.closes_h)
    )
    state = "upcoming" if at < opens else "due" if at <= closes else "missed"
    return Due(window, meant, opens, closes, state)
