"""Patients by what a list says of them: our code, or two of name, birth date and record number.

Not scoped to who asks: a list shows nothing of a patient but that there is one, which its rows say already.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from formulary.db import db
from formulary.patients.models import Patient


@dataclass(frozen=True, slots=True)
class KnownPatient:
    """A record of a patient; `kept_id` is the one that was kept, where it was merged."""

    id: int
    kept_id: int
    code: str
    folded: str
    born_on: date
    record_number: str


COLUMNS = (
    Patient.id, db.func.coalesce(Patient.merged_into_id, Patient.id), Patient.code, Patient.folded,
    Patient.born_on, Patient.record_number,
)  # fmt: skip


def patients_by_code(codes: Collection[str]) -> dict[str, KnownPatient]:
    """The records of these codes."""
    query = db.select(*COLUMNS).where(Patient.code.in_(codes))
    return {row[2]: KnownPatient(*row) for row in (db.session.execute(query) if codes else [])}


def patients_called(folded: Collection[str], numbers: Collection[str]) -> list[KnownPatient]:
    """The records with one of these names or record numbers."""
    if not folded and not numbers:
        return []
    called = db.or_(
        Patient.folded.in_(folded), db.and_(Patient.record_number.in_(numbers), Patient.record_number != "")
    )
    return [
        KnownPatient(*row)
        for row in db.session.execute(db.select(*COLUMNS).where(called).order_by(Patient.id))
    ]
