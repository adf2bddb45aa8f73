"""A course as pages show it: how far it came, when it is due again, how late it is, what it costs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from formulary.administrations.queries.courses import Asked, Counted, Counts
from formulary.catalogue.labels import INDICATION_WORDS, ProtocolLine, protocol_line
from formulary.patients.models import Appointment, Course
from formulary.rules.schedule import Gap, Window, late_by, window
from formulary.rules.units import CURRENCIES, Money
from formulary.web import words


@dataclass(frozen=True)
class CourseLine:
    """One course; `due` is None before its first session, and where nobody states an interval.

    `later` is when the next is due once it goes well, where the protocol states a later interval.
    """

    course: Course
    protocol: ProtocolLine
    indication: str
    cocktails: list[Counted]
    asked: list[Asked]
    given: int
    due: Window | None
    upkeep: Window | None
    later: Window | None
    late: int
    state: str
    words: str
    booked: Appointment | None

    @property
    def progress(self) -> str:
        """ "2 of 4 sessions"; of how many is left out where it was left open."""
        if self.course.sessions is None:
            return f"{words.plural(self.given, 'session')}, of how many was left open"
        return f"{self.given} of {words.plural(self.course.sessions, 'session')}"

    @property
    def later_words(self) -> str:
        """ "or 6 Dec 2026, by the protocol, once it improves"; "" where no later interval is stated."""
        when = self.course.protocol.later_when
        return f"or {window_words(self.later)}{', ' if when else ''}{when}" if self.later else ""

    @property
    def session_price(self) -> Money | None:
        """What one session costs, as agreed."""
        return _money(self.course.session_price, self.course.currency)

    @property
    def agreed_course_price(self) -> Money | None:
        """What the whole course costs, where that was agreed."""
        return _money(self.course.course_price, self.course.currency)

    @property
    def course_price(self) -> Money | None:
        """What the whole course costs: as agreed, else so many sessions at their price."""
        if self.agreed_course_price is not None:
            return self.agreed_course_price
        one, sessions = self.session_price, self.course.sessions
        return None if one is None or sessions is None else one * sessions

    @property
    def given_price(self) -> Money | None:
        """What the sessions given so far come to at the price of one; exact."""
        return None if self.session_price is None else self.session_price * self.given


def course_lines(
    courses: Sequence[Course], counts: Counts, at: datetime, zone: ZoneInfo, booked: dict[int, Appointment]
) -> list[CourseLine]:
    """These courses on the day it is in the zone."""
    today = at.astimezone(zone).date()
    return [_line(course, counts, today, zone, booked.get(course.id)) for course in courses]


def _line(
    course: Course, counts: Counts, today: date, zone: ZoneInfo, booked: Appointment | None
) -> CourseLine:
    cocktails, asked = counts.cocktails.get(course.id, []), counts.asked.get(course.id, [])
    sessions = [row for row in cocktails if row.is_session]
    due = due_window(course, cocktails, asked, zone)
    complete = course.sessions is not None and len(sessions) >= course.sessions
    upkeep = _upkeep(course, sessions, asked, zone) if complete else None
    later = None if complete else _later(course, sessions, asked, zone)
    shown = upkeep if complete else due
    late = late_by(shown, today) if shown and course.ended_at is None else 0
    state, told = _state(course, shown, today, late, complete=complete, begun=bool(sessions))
    line, indication = protocol_line(course.protocol), INDICATION_WORDS[course.protocol.indication]
    return CourseLine(
        course,
        line,
        indication,
        cocktails,
        asked,
        len(sessions),
        due,
        upkeep,
        later,
        late,
        state,
        told,
        booked,
    )


def due_window(
    course: Course, cocktails: Sequence[Counted], asked: Sequence[Asked], zone: ZoneInfo
) -> Window | None:
    """When the next session is due: by the protocol after the last one, and by each ingredient after the
    patient last got it in any session; the strictest holds.

    A protocol's later interval ("14 days once it improves") is shown and takes no part: its source begins it
    with a judgement that nobody records, and the shorter interval before it is stated all the same.
    """
    gaps = []
    if given := [row.given_at for row in cocktails if row.given_at is not None]:
        last, plan = max(given).astimezone(zone).date(), course.protocol
        gaps.append(Gap(plan.least, plan.most, plan.unit, "the protocol", plan.source, last))
    return window([*gaps, *_of_ingredients(asked, zone)])


def _of_ingredients(asked: Sequence[Asked], zone: ZoneInfo) -> list[Gap]:
    """What each ingredient asks for, since the patient last got it in any session."""
    return [
        Gap(one.interval, None, one.unit, one.name, one.source, one.last_at.astimezone(zone).date())
        for one in asked
        if one.last_at is not None
    ]


def _upkeep(
    course: Course, sessions: Sequence[Counted], asked: Sequence[Asked], zone: ZoneInfo
) -> Window | None:
    """When the next is due to keep it up; no sooner than each ingredient may be given again."""
    plan, day = course.protocol, _last_day(sessions, zone)
    if day is None or plan.upkeep_least is None:
        return None
    own = Gap(plan.upkeep_least, plan.upkeep_most, plan.upkeep_unit, "maintenance", plan.source, day)
    return window([own, *_of_ingredients(asked, zone)])


def _later(
    course: Course, sessions: Sequence[Counted], asked: Sequence[Asked], zone: ZoneInfo
) -> Window | None:
    """When the next is due by the later interval, which begins with a person's judgement: shown beside."""
    plan, day = course.protocol, _last_day(sessions, zone)
    if day is None or plan.later_least is None:
        return None
    own = Gap(plan.later_least, plan.later_most, plan.later_unit, "the protocol", plan.source, day)
    return window([own, *_of_ingredients(asked, zone)])


def _last_day(sessions: Sequence[Counted], zone: ZoneInfo) -> date | None:
    last = max((row.given_at for row in sessions if row.given_at), default=None)
    return None if last is None else last.astimezone(zone).date()


def _state(
    course: Course, due: Window | None, today: date, late: int, *, complete: bool, begun: bool
) -> tuple[str, str]:
    if course.ended_at is not None:
        return "closed", "ended"
    what = "maintenance" if complete else "next session"
    if due is None:
        if complete:
            return "unknown", "complete; how it is kept up is not stated"
        return ("unknown", "no interval is stated") if begun else ("planned", "not begun")
    if late:
        return "soon", f"{what} {words.plural(late, 'day')} late"
    if today >= due.first:
        return "in_time", f"{what} is due now"
    return "planned", f"{what} from {day_words(due.first)}"


def day_words(day: date) -> str:
    """ "24 Nov 2026"."""
    return words.day(day, ZoneInfo("UTC"))


def window_words(due: Window | None) -> str:
    """ "1 to 4 Dec 2026, by the protocol"; "from 24 Dec 2026, by deoxycholic acid"."""
    if due is None:
        return "not known"
    if due.last is None:
        return f"from {day_words(due.first)}, by {due.who}"
    if due.last == due.first:
        return f"{day_words(due.first)}, by {due.who}"
    return f"{day_words(due.first)} to {day_words(due.last)}, by {due.who}"


def _money(minor: int | None, currency: str) -> Money | None:
    known = CURRENCIES.get(currency)
    return None if minor is None or known is None else Money(Fraction(minor), known)
