"""Who is on which version of a formula: by an open cocktail of it, or by the last session."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CompoundSelect, Select, exists, func, literal
from sqlalchemy.orm import aliased

from formulary.accounts import Actor
from formulary.administrations.models import Administration
from formulary.cocktails.models import Cocktail, Revision
from formulary.db import db
from formulary.patients.models import Patient
from formulary.patients.queries import may_see

OPEN = ("draft", "prescribed", "verified", "in_preparation", "prepared", "released", "administering")
GIVEN = ("given", "partly_given")
MOST_NAMES = 100


@dataclass(frozen=True)
class Follower:
    """A patient on a version, for whom the asker's site cares."""

    version_id: int
    why: str
    patient_id: int
    code: str
    name: str


def follower_counts(version_ids: Sequence[int]) -> dict[tuple[int, str], int]:
    """How many patients of the whole organisation are on each version, by `open` and `last`."""
    of = _following(version_ids).subquery()
    query = db.select(of.c.version_id, of.c.why, func.count(of.c.patient_id.distinct()))
    return {
        (v, why): count for v, why, count in db.session.execute(query.group_by(of.c.version_id, of.c.why))
    }


def followers(version_ids: Sequence[int], *, by: Actor, at: datetime) -> list[Follower]:
    """Those of them whom this person may see, by name; one above `MOST_NAMES` says that there are more."""
    of = _following(version_ids).subquery()
    query = (
        db.select(of.c.version_id, of.c.why, Patient.id, Patient.code, Patient.name)
        .join(Patient, Patient.id == of.c.patient_id)
        .where(may_see(Patient.id, by=by, at=at))
        .order_by(func.lower(Patient.name), Patient.id, of.c.why)
    )
    return [Follower(*row) for row in db.session.execute(query.limit(MOST_NAMES + 1))]


def _following(version_ids: Sequence[int]) -> CompoundSelect[tuple[int, int, str]]:
    """(version, patient, why), each once; a merged record counts as the one that was kept."""
    last = Administration.cocktail_id == Cocktail.id
    given = (Administration.state == "closed", Administration.outcome.in_(GIVEN))
    closed = _of(version_ids, "last").join(Administration, last).where(*given, ~_later())
    return _of(version_ids, "open").where(Cocktail.state.in_(OPEN)).union(closed)


def _of(version_ids: Sequence[int], why: str) -> Select[tuple[int, int, str]]:
    kept = func.coalesce(Patient.merged_into_id, Patient.id)
    current = (Cocktail.id == Revision.cocktail_id) & (Cocktail.revision_number == Revision.number)
    return (
        db.select(
            Revision.formula_version_id.label("version_id"),
            kept.label("patient_id"),
            literal(why).label("why"),
        )
        .join(Cocktail, current)
        .join(Patient, Patient.id == Cocktail.patient_id)
        .where(Revision.formula_version_id.in_(version_ids))
    )


def _later():  # type: ignore[no-untyped-def]
    """That the patient was given something after this session, under whichever of their records."""
    after, other = aliased(Administration), aliased(Patient)
    kept = func.coalesce(Patient.merged_into_id, Patient.id)
    return (
        exists()
        .where(after.patient_id == other.id, func.coalesce(other.merged_into_id, other.id) == kept)
        .where(after.state == "closed", after.outcome.in_(GIVEN), after.closed_at > Administration.closed_at)
        .correlate(Administration, Patient)
    )
