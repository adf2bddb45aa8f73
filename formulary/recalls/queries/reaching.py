"""Whom a case must reach and how that stands: one line per patient, the most urgent first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from formulary.db import Missing, db
from formulary.patients.models import Patient
from formulary.recalls.models import RecallCase, RecallContact, RecallListed
from formulary.rules.trace import looks_back_until, required

GRADES = ("confirmed", "probable", "imported", "possible")
CONCLUDED = frozenset({"reached", "refused", "unreachable", "referred"})
URGENCY = ("not_tried", "tried", "unreachable", "referred", "refused", "reached")


@dataclass(frozen=True)
class Reachable:
    """One patient of a case, under the record that was kept: how sure, how often, when last, and how it
    stands; `status` is the outcome of the latest attempt, `not_tried` where there was none.
    """

    patient_id: int
    grade: str
    uses: int
    last: datetime
    status: str
    attempts: int
    contact: RecallContact | None

    @property
    def is_concluded(self) -> bool:
        """Whether somebody has answered for this patient."""
        return self.status in CONCLUDED

    def looks_back(self, zone: ZoneInfo) -> date:
        """Until when late harm would still show."""
        return looks_back_until(self.last.astimezone(zone).date())


@dataclass(frozen=True)
class Effect:
    """How far a case has reached: patients in all, by status, and how many its level asks for."""

    patients: int
    by_status: Mapping[str, int]
    required: int

    @property
    def concluded(self) -> int:
        """Those whom somebody has answered for."""
        return sum(count for status, count in self.by_status.items() if status in CONCLUDED)

    @property
    def is_enough(self) -> bool:
        """Whether the level is reached."""
        return self.concluded >= self.required


def reachable(case_id: int) -> list[Reachable]:
    """Every patient on the list of a case, the most urgent first; merged records are one."""
    kept = db.func.coalesce(Patient.merged_into_id, Patient.id)
    sums = (db.func.count(), db.func.max(RecallListed.at))
    query = db.select(kept, RecallListed.grade, *sums).join(Patient, Patient.id == RecallListed.patient_id)
    rows = db.session.execute(query.where(RecallListed.case_id == case_id).group_by(kept, RecallListed.grade))
    found: dict[int, list[tuple[str, int, datetime]]] = {}
    for patient_id, grade, uses, last in rows:
        found.setdefault(patient_id, []).append((grade, uses, last))
    tried = _contacts(case_id)
    lines = [_line(patient_id, told, tried.get(patient_id, [])) for patient_id, told in found.items()]
    return sorted(lines, key=_urgency)


def one_reachable(case_id: int, patient_id: int) -> Reachable:
    """One of them; Missing where the list does not hold this patient."""
    for line in reachable(case_id):
        if line.patient_id == patient_id:
            return line
    raise Missing(f"No patient {patient_id} on the list of case {case_id}")


def contacts(case_id: int, patient_id: int) -> list[RecallContact]:
    """The attempts on one patient, the newest first."""
    return list(reversed(_contacts(case_id).get(patient_id, [])))


def effect(case: RecallCase, lines: Iterable[Reachable]) -> Effect:
    """How far the case has reached by these lines."""
    counted = dict.fromkeys(URGENCY, 0)
    for line in lines:
        counted[line.status] += 1
    patients = sum(counted.values())
    return Effect(patients, counted, required(case.level, case.level_percent, patients))


def _contacts(case_id: int) -> dict[int, list[RecallContact]]:
    kept = db.func.coalesce(Patient.merged_into_id, Patient.id)
    query = db.select(kept, RecallContact).join(Patient, Patient.id == RecallContact.patient_id)
    query = query.where(RecallContact.case_id == case_id).order_by(RecallContact.id)
    found: dict[int, list[RecallContact]] = {}
    for patient_id, row in db.session.execute(query):
        found.setdefault(patient_id, []).append(row)
    return found


def _line(patient_id: int, told: list[tuple[str, int, datetime]], tried: list[RecallContact]) -> Reachable:
    latest = tried[-1] if tried else None
    return Reachable(
        patient_id,
        min((grade for grade, _, _ in told), key=GRADES.index),
        sum(uses for _, uses, _ in told),
        max(last for _, _, last in told),
        latest.outcome if latest else "not_tried",
        len(tried),
        latest,
    )


def _urgency(line: Reachable) -> tuple[int, date, int, int]:
    due = line.contact.next_on if line.contact else None
    return URGENCY.index(line.status), due or date.max, GRADES.index(line.grade), line.patient_id


def phones(patient_ids: Iterable[int]) -> dict[int, str]:
    """The telephone numbers on record."""
    query = db.select(Patient.id, Patient.phone).where(Patient.id.in_(set(patient_ids)))
    return {number: phone for number, phone in db.session.execute(query)}
