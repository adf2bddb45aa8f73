"""What is watched over: who looked lots up lately, which emergency accesses nobody has reviewed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from formulary.audit.models import AccessEntry
from formulary.db import db
from formulary.patients.models import BreakGlass
from formulary.recalls.actions import LOOKED_UP

LATELY = timedelta(days=30)
SHOWN = 8


@dataclass(frozen=True)
class Looked:
    """One lookup: when, who, which lots, how many patients its answer showed."""

    at: datetime
    by: str
    what: str
    patients: int


def recent_lookups(at: datetime) -> list[Looked]:
    """The last lookups of a month, the newest first."""
    columns = (AccessEntry.at, AccessEntry.person_name, AccessEntry.detail, AccessEntry.patients)
    query = db.select(*columns).where(AccessEntry.at > at - LATELY, AccessEntry.what == LOOKED_UP)
    return [Looked(*row) for row in db.session.execute(query.order_by(AccessEntry.id.desc()).limit(SHOWN))]


def emergencies_to_review() -> int:
    """How many emergency accesses wait for a review."""
    waiting = db.select(db.func.count(BreakGlass.id)).where(BreakGlass.reviewed_at.is_(None))
    return db.session.scalar(waiting) or 0
