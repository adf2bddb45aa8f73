"""The worklist of a case: whom to reach, how sure, when last, how it stands, what is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from formulary.accounts import Actor, RecallSight
from formulary.recalls import queries
from formulary.recalls.labels.case_words import STATUSES
from formulary.recalls.queries import Known, Reachable
from formulary.web.paging import Page, Window

SIZE = 50
LARGEST = 10**6


@dataclass(frozen=True)
class WorkLine:
    """One patient of the worklist; `phone` only for whoever reads the name. `looks_back` is the last day on
    which a late infection would still show; `is_watched` says that it is not over.
    """

    line: Reachable
    patient: Known
    phone: str
    state: str
    words: str
    looks_back: date
    is_watched: bool
    is_due: bool


def worklist(
    lines: Sequence[Reachable], window: Window, *, zone: ZoneInfo, at: datetime, by: Actor, size: int = SIZE
) -> Page:
    """One page of it, from the row that the window names; nobody where counts must do."""
    if by.recall_sight is RecallSight.COUNTS:
        return Page([])
    start = _start(window, size)
    shown = lines[start : start + size]
    known = queries.known_patients({line.patient_id for line in shown}, by=by, at=at)
    phones = queries.phones({key for key, patient in known.items() if patient.name})
    today = at.astimezone(zone).date()
    rows = [_line(line, known[line.patient_id], phones, zone, today) for line in shown]
    newer, older = (str(start) if start else ""), str(start + size) if start + size < len(lines) else ""
    return Page(rows, newer, older)


def _start(window: Window, size: int) -> int:
    text = window.after or window.before
    number = int(text) if text.isascii() and text.isdigit() and len(text) < len(str(LARGEST)) else 0
    return max(0, number - size) if window.before else number


def _line(line: Reachable, patient: Known, phones: dict[int, str], zone: ZoneInfo, today: date) -> WorkLine:
    state, words = STATUSES[line.status]
    due, back = line.contact.next_on if line.contact else None, line.looks_back(zone)
    return WorkLine(
        line, patient, phones.get(line.patient_id, ""), state, words, back, today <= back,
        not line.is_concluded and (due is None or due <= today),
    )  # fmt: skip
