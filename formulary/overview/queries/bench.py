"""The site's cocktails that are not finished, with who did what, in one query at any number of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import aliased

from formulary.accounts import Actor
from formulary.administrations.models import Administration
from formulary.cocktails.models import Cocktail, Revision
from formulary.db import db
from formulary.patients.models import Patient
from formulary.preparations.models import Attempt

LIVE = ("draft", "prescribed", "verified", "in_preparation", "prepared", "released", "administering")
IN_HAND = ("in_preparation", "prepared", "released", "administering")
MOST = 300


@dataclass(frozen=True)
class Waiting:
    """One cocktail and what it waits for; volumes in nL. `returned` is why a verifier gave it back."""

    id: int
    code: str
    state: str
    planned_for: datetime | None
    patient: str
    patient_code: str
    area: str
    target: int | None
    saved_at: datetime
    author_id: int
    prescriber_id: int | None
    prescribed_at: datetime | None
    verified_at: datetime | None
    returned: str
    attempt_id: int | None
    preparer_id: int | None
    claimed_at: datetime | None
    prepared_at: datetime | None
    released_at: datetime | None
    beyond_use_at: datetime | None
    administration_id: int | None


def waiting(by: Actor) -> list[Waiting]:
    """What is not finished at the asker's site, the soonest first; the newest 300 of it."""
    before = aliased(Revision)
    query: Select[Any] = (
        db.select(
            Cocktail.id, Cocktail.code, Cocktail.state, Cocktail.planned_for, Patient.name, Patient.code,
            Revision.area, Revision.target, Revision.saved_at, Revision.saved_by_id, Revision.prescriber_id,
            Revision.prescribed_at, Revision.verified_at, before.return_reason,
            Attempt.id, Attempt.preparer_id, Attempt.claimed_at, Attempt.prepared_at, Attempt.released_at,
            Attempt.beyond_use_at, Administration.id,
        )
        .join(Patient, Patient.id == Cocktail.patient_id)
        .join(Revision, _numbered(Revision, Cocktail.revision_number))
        .outerjoin(before, _numbered(before, Cocktail.revision_number - 1))
        .outerjoin(Attempt, db.and_(Attempt.cocktail_id == Cocktail.id, Attempt.state.in_(IN_HAND)))
        .outerjoin(Administration, Administration.attempt_id == Attempt.id)
    )  # fmt: skip
    here = (Cocktail.site_id == by.site_id, Cocktail.state.in_(LIVE))
    rows = db.session.execute(query.where(*here).order_by(Cocktail.id.desc()).limit(MOST))
    found = [
        Waiting(*(value if n != RETURNED else value or "" for n, value in enumerate(row))) for row in rows
    ]
    return sorted(found, key=lambda row: (row.planned_for is None, row.planned_for or row.saved_at, row.id))


def _numbered(revision: Any, number: Any) -> Any:
    return db.and_(revision.cocktail_id == Cocktail.id, revision.number == number)


RETURNED = list(Waiting.__dataclass_fields__).index("returned")
