"""Those who may be the person being registered, and how much of them may be said."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from formulary.accounts import Actor
from formulary.patients import queries
from formulary.patients.models import Patient
from formulary.web import words

UTC = ZoneInfo("UTC")


@dataclass(frozen=True)
class LookAlike:
    """One candidate: `visible` where this person may see them; `same` where both identifiers are equal."""

    patient_id: int
    code: str
    words: str
    visible: bool
    same: bool


def look_alikes(name: str, born_on: date, *, by: Actor, at: datetime) -> list[LookAlike]:
    """The candidates for a name and a birth date; of a patient of another site only the code is said."""
    found = queries.alike(name, born_on)
    visible = queries.seen_of((row.id for row in found), by=by, at=at)
    return [_told(row, row.id in visible, name, born_on) for row in found]


def _told(row: Patient, visible: bool, name: str, born_on: date) -> LookAlike:
    who = f"{row.name}, born {words.day(row.born_on, UTC)}" if visible else "a patient of another site"
    same = row.folded == queries.fold(name) and row.born_on == born_on
    return LookAlike(row.id, row.code, f"{row.code}, {who}: another person", visible, same)
