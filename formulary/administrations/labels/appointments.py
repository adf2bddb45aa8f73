"""The list of a day: each appointment, its state, whether it is too soon; and who waits to be booked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from zoneinfo import ZoneInfo

from formulary.administrations.labels.courses import CourseLine
from formulary.patients.models import Appointment

STATES = {
    "booked": ("planned", "booked"),
    "moved": ("superseded", "moved"),
    "kept": ("given", "kept"),
    "no_show": ("warn", "no-show"),
    "cancelled": ("cancelled", "cancelled"),
}


@dataclass(frozen=True)
class AppointmentLine:
    """One appointment; `is_early` where it is before the interval of its course is over."""

    appointment: Appointment
    line: CourseLine | None
    state: str
    words: str
    is_early: bool


def appointment_line(row: Appointment, line: CourseLine | None, zone: ZoneInfo) -> AppointmentLine:
    """One appointment beside its course."""
    due = line.due if line and row.state == "booked" else None
    early = due is not None and row.starts_at.astimezone(zone).date() < due.first
    return AppointmentLine(row, line, *STATES[row.state], early)


def waiting(lines: Iterable[CourseLine], day: date, zone: ZoneInfo) -> list[CourseLine]:
    """The open courses that are due by that day and have no appointment to come, the latest first."""
    due = [(_first(line, zone), line) for line in lines if line.booked is None]
    return [line for first, line in sorted(due, key=itemgetter(0)) if first <= day]


def _first(line: CourseLine, zone: ZoneInfo) -> date:
    """When it is due; one that has not begun is due at once, one without an interval never."""
    shown = line.upkeep or line.due
    if shown is not None:
        return shown.first
    return date.max if line.given else line.course.opened_at.astimezone(zone).date()
