"""The readings of a site: overdue, due today, coming."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from formulary.patch_tests.labels.lines import next_due
from formulary.patch_tests.models import PatchTest
from formulary.patients.models import Patient
from formulary.rules.facts import PatchTestPolicy
from formulary.rules.patch_test import Due, outcome
from formulary.web import words

LAST_CALL = timedelta(hours=8)
"""A reading is overdue when its window closes in less than this."""

GROUPS = {"overdue": "Overdue", "today": "Due today", "coming": "Coming"}


@dataclass(frozen=True)
class DueLine:
    """One test that is to be read: whose, what lies on it, which reading, until when."""

    test: PatchTest
    patient: Patient
    group: str
    state: str
    words: str
    detail: str
    due: Due
    spots: int


def due_lines(
    rows: Iterable[tuple[PatchTest, Patient]], policy: PatchTestPolicy, zone: ZoneInfo, at: datetime
) -> dict[str, list[DueLine]]:
    """The tests with a reading to make, in their three groups, the most urgent first."""
    lines = [line for test, patient in rows if (line := _line(test, patient, policy, zone, at))]
    lines.sort(key=lambda line: (line.due.closes_at, line.test.id))
    return {words_: [line for line in lines if line.group == name] for name, words_ in GROUPS.items()}


def _line(
    test: PatchTest, patient: Patient, policy: PatchTestPolicy, zone: ZoneInfo, at: datetime
) -> DueLine | None:
    found = [next_due(outcome(item.fact, at=at, policy=policy)) for item in test.spots if item.role == "test"]
    wanted = [due for due in found if due is not None]
    if not wanted:
        return None
    due = min(wanted, key=lambda one: (one.state != "due", one.at))
    group = _group(due, zone, at)
    return DueLine(test, patient, group, _state(due, group), *_words(due, zone), due, len(wanted))


def _group(due: Due, zone: ZoneInfo, at: datetime) -> str:
    last_call = due.closes_at - at < LAST_CALL and not due.window.is_immediate
    if due.state == "missed" or (due.state == "due" and last_call):
        return "overdue"
    if due.state == "due" or due.opens_at.astimezone(zone).date() <= at.astimezone(zone).date():
        return "today"
    return "coming"


def _state(due: Due, group: str) -> str:
    return "overdue" if group == "overdue" else "reading_due" if due.state == "due" else "planned"


def _words(due: Due, zone: ZoneInfo) -> tuple[str, str]:
    name = f"{due.window.name} reading"
    if due.state == "missed":
        return f"{name} missed", f"its window closed {words.instant(due.closes_at, zone)}"
    if due.state == "due":
        return name, f"until {words.instant(due.closes_at, zone)}"
    return name, f"from {words.instant(due.opens_at, zone)}"
