"""Sessions of a course, and what a patient keeps to afterwards: when the next is due, how long a rule holds.

Days are those of the site's calendar; of several intervals the strictest holds. Nothing here knows a figure:
each comes with the source that states it.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

DECEMBER = 12
MINUTE = timedelta(minutes=1)
UNITS = ("hours", "days", "months")


@dataclass(frozen=True, slots=True)
class Gap:
    """At least so long and at most so long between two sessions, in days or months; None: nobody says.

    `who` is what asks for it ("protocol", "deoxycholic acid"), `after` the day from which it counts.
    """

    least: int | None
    most: int | None
    unit: str
    who: str
    source: str
    after: date


@dataclass(frozen=True, slots=True)
class Window:
    """From which day the next session may be, until which it is meant to be (None: nobody says), by whom."""

    first: date
    last: date | None
    who: str
    source: str


def plus(day: date, number: int, unit: str) -> date:
    """So many days or months of the calendar later; a month ends on its last day at most."""
    if unit == "days":
        return day + timedelta(days=number)
    if unit != "months":
        raise ValueError(f"{unit} is no unit of days")
    whole = day.month - 1 + number
    year, month = day.year + whole // DECEMBER, whole % DECEMBER + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def window(gaps: Sequence[Gap]) -> Window | None:
    """When the next session is due: not before the latest of the least, and meant by the earliest of the
    most that is not before that. None where nobody asks for any time between.
    """
    stated = [(plus(gap.after, gap.least, gap.unit), gap) for gap in gaps if gap.least is not None]
    if not stated:
        return None
    first, binding = max(stated, key=lambda pair: pair[0])
    ends = [plus(gap.after, gap.most, gap.unit) for gap in gaps if gap.most is not None]
    return Window(first, max(first, min(ends)) if ends else None, binding.who, binding.source)


def late_by(due: Window, today: date) -> int:
    """Drift: by how many days the next session is late, 0 while it is not; without a last day, since the
    first.
    """
    return max((today - (due.last or due.first)).days, 0)


def until(given_at: datetime, number: int, unit: str, zone: ZoneInfo) -> datetime:
    """Until when a rule holds after a session, in UTC, rounded up to the minute.

    Hours are hours that pass, whatever the clocks do. Days and months end at the same time of day, and never
    before as many times 24 hours have passed: the night the clocks change takes nothing off.
    """
    if unit == "hours":
        return _minute(given_at.astimezone(UTC) + timedelta(hours=number))
    local = given_at.astimezone(zone)
    day = plus(local.date(), number, unit)
    same_time = datetime.combine(day, local.timetz()).astimezone(UTC)
    passed = given_at.astimezone(UTC) + (day - local.date())
    return _minute(max(same_time, passed))


def _minute(at: datetime) -> datetime:
    whole = at.replace(second=0, microsecond=0)
    return whole if whole == at else whole + MINUTE


@dataclass(frozen=True, slots=True)
class Stated:
    """What one source says of a rule: at least so long, perhaps as long as `most`; None: it gives no time.

    `lifted`: it says that nothing has to be kept.
    """

    least: int | None
    most: int | None
    unit: str
    source: str
    lifted: bool = False

    @property
    def longest(self) -> int | None:
        """The longest that it states."""
        return self.least if self.most is None else self.most


HOURS = {"hours": 1, "days": 24, "months": 24 * 31}


def strictest(stated: Sequence[Stated]) -> Stated | None:
    """The one that holds longest; None where none gives a time."""
    timed = [one for one in stated if one.longest is not None]
    return max(timed, key=lambda one: (one.longest or 0) * HOURS[one.unit], default=None)


def contradict(stated: Sequence[Stated]) -> bool:
    """Whether the sources do not all say the same."""
    return len({(one.least, one.most, one.unit, one.lifted) for one in stated}) > 1
