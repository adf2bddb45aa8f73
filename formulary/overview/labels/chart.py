"""A patient's chart: one timeline of everything, the lots, the tests and their state, what is due next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask import g

from formulary.accounts import queries as accounts
from formulary.accounts.facts import patch_test_policy
from formulary.administrations.labels import appointment_line, course_lines, window_words
from formulary.overview.queries.chart import MOST, Record
from formulary.patch_tests import labels as patch_tests
from formulary.patients.labels import medicine_words
from formulary.web import words

MEDICINES = {
    "takes": "noted",
    "none": "asked: takes nothing",
    "complete": "asked: the list is complete",
    "mistake": "taken off",
}


@dataclass(frozen=True)
class Event:
    """One thing that happened: when, of what kind, its state, in words, and its page."""

    at: datetime
    kind: str
    state: str
    state_words: str
    words: str
    endpoint: str = ""
    arguments: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class TestLine:
    """One spot of a patch test and what its readings come to."""

    code: str
    test_id: int
    applied_at: datetime
    product: str
    lot: str
    state: str
    words: str


@dataclass(frozen=True)
class Chart:
    """The whole page; `more` is how many older sessions are not shown."""

    events: list[Event]
    more: int
    courses: list[Any]
    next_due: list[str]
    tests: list[TestLine]
    lots: list[Any]


def chart(record: Record, booked: dict[int, Any], at: datetime, zone: ZoneInfo) -> Chart:
    """The chart at this instant, in the zone of the site."""
    courses = course_lines(record.courses, record.counts, at, zone, booked)
    due = [f"{c.protocol.name}: {window_words(c.upkeep or c.due)}" for c in courses if not c.course.ended_at]
    events = sorted(_events(record, zone), key=lambda event: event.at, reverse=True)
    tests = list(_tested(record.tests, at, zone))
    return Chart(events, max(record.in_all - MOST, 0), courses, due, tests, record.lots)


def _events(record: Record, zone: ZoneInfo) -> Iterator[Event]:
    yield from _treated(record)
    yield from _told(record, zone)
    yield from _planned(record, zone)


def _treated(record: Record) -> Iterator[Event]:
    later = {row.administration_id: row for row in record.afterwards}
    for session, code, area, route, site in record.sessions:
        state = session.outcome or "administering"
        told = ", ".join(filter(None, (code, route, area, site)))
        page = "administrations.administration", (("administration_id", session.id),)
        yield Event(session.started_at, "Session", state, "", told, *page)
        if session.id in later:
            yield _afterwards(later[session.id], code)
    for test in record.tests:
        state = ("cancelled", "void") if test.state == "void" else ("applied", "applied")
        page = "patch_tests.test", (("test_id", test.id),)
        yield Event(test.applied_at, "Patch test", *state, f"{test.code}, {_spots(test)}", *page)
    for row in record.reactions:
        page = "reactions.reaction", (("reaction_id", row.id),)
        yield Event(row.treated_at, "Reaction", "warn", row.state, row.code, *page)
    for when, words_of, cocktail_id, code in record.amendments:
        page = "cocktails.amend", (("cocktail_id", cocktail_id),)
        yield Event(when, "Amendment", "amended", "", f"{code}: {words_of}", *page)
    for when, version, session_id in record.sheets:
        page = "aftercare.session", (("administration_id", session_id),)
        yield Event(when, "After-care sheet", "info", "handed over", f"version {version}", *page)


def _afterwards(row: Any, code: str) -> Event:
    """That a session was recorded when it was over, and whether somebody has signed for it."""
    here = row.site_id == g.site.id
    page = ("afterwards.record", (("record_id", row.id),)) if here else ()
    waits = row.signature is None
    told = "second signature missing" if waits else ""
    kind = "Emergency" if row.kind == "emergency" else "Recorded late"
    return Event(row.recorded_at, kind, "warn" if waits else row.kind, told, f"{code}: {row.reason}", *page)


def _spots(test: Any) -> str:
    return words.plural(len(test.items), "spot")


def _told(record: Record, zone: ZoneInfo) -> Iterator[Event]:
    for consent, who in record.consents:
        told = f"{consent.procedure}, version {consent.version}, taken by {who}"
        yield Event(consent.given_at, "Consent", "valid", "given", told)
        if consent.withdrawn_at:
            yield Event(consent.withdrawn_at, "Consent", "withdrawn", "", consent.withdrawn_why)
    for weight, who in record.weights:
        at = datetime.combine(weight.measured_on, time(), zone).astimezone(UTC)
        yield Event(at, "Weight", "info", "weighed", f"by {who}")
    for row, who in record.medicines:
        told = ", ".join(filter(None, (row.name, medicine_words(row), row.remark, f"recorded by {who}")))
        page = "patients.medicines", (("patient_id", row.patient_id),)
        yield Event(row.at, "Medicines", "info", MEDICINES[row.said], told, *page)


def _planned(record: Record, zone: ZoneInfo) -> Iterator[Event]:
    for course in record.courses:
        page = "courses.course", (("course_id", course.id),)
        yield Event(course.opened_at, "Course", "active", "opened", str(course), *page)
        if course.ended_at:
            yield Event(course.ended_at, "Course", "closed", "ended", f"{course}: {course.ended_why}", *page)
    for row in record.appointments:
        line = appointment_line(row, None, zone)
        told = ", ".join(filter(None, (row.what or str(row.course or ""), row.early_why, row.closed_why)))
        yield Event(row.starts_at, "Appointment", line.state, line.words, told)


def _tested(tests: Sequence[Any], at: datetime, zone: ZoneInfo) -> Iterator[TestLine]:
    """The spots that are no control, each by its outcome as the page of the test tells it."""
    policy = patch_test_policy(accounts.policy(g.site.id, "patch_test", at))
    for line in patch_tests.test_lines(tests, policy, zone, at):
        for spot in line.spots:
            yield from _spot(line.test, spot)


def _spot(test: Any, spot: Any) -> Iterator[TestLine]:
    """One line for a product tested alone, one for each of a mixture, none for a control."""
    told = ", ".join(filter(None, (spot.words, spot.detail)))
    for item in (item for item in spot.item.together if item.role == "test"):
        lot = item.lot.number if item.lot else ""
        yield TestLine(test.code, test.id, test.applied_at, item.tested.name, lot, spot.state, told)
