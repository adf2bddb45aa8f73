"""Who is on which version of a formula: by an open cocktail of it, or by the last session."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, CompoundSelect, Select, exists, func, literal
from sqlalchemy.orm import aliased

from formulary.accounts import Actor
from formulary.administrations.models import GIVEN, Administration
from formulary.cocktails.models import Cocktail, Revision
from formulary.db import db
from formulary.patients.models import Patient
from formulary.patients.queries import may_see
from formulary.web.paging import Page, Window, page

OPEN = ("draft", "prescribed", "verified", "in_preparation", "prepared", "released", "administering")
MOST_NAMES = 100
KEPT = func.coalesce(Patient.merged_into_id, Patient.id)
"""The record under which a patient counts."""


@dataclass(frozen=True)
class Follower:
    """A patient on a version, for whom the asker's site cares."""

    version_id: int
    why: str
    patient_id: int
    code: str
    name: str


@dataclass(frozen=True)
class Followers:
    """One page of patients, and why each of them is on which version."""

    page: Page
    ways: list[Follower]


def follower_counts(version_ids: Sequence[int]) -> dict[tuple[int, str], int]:
    """How many patients of the whole organisation are on each version, by `open` and `last`."""
    of = _following(version_ids).subquery()
    query = db.select(of.c.version_id, of.c.why, func.count(of.c.patient_id.distinct()))
    return {
        (v, why): count for v, why, count in db.session.execute(query.group_by(of.c.version_id, of.c.why))
    }


def followers(version_ids: Sequence[int], *, by: Actor, at: datetime, window: Window) -> Followers:
    """Those of them whom this person may see, by name, in pages of `MOST_NAMES` patients."""
    on_one = db.select(_following(version_ids).subquery().c.patient_id)
    seen = db.select(Patient).where(Patient.id.in_(on_one), may_see(Patient.id, by=by, at=at))
    found = page(seen, (Patient.folded, Patient.id), window=window, size=MOST_NAMES, newest_first=False)
    people = {patient.id: patient for patient in found}
    of = _following(version_ids, people).subquery()
    rows = db.session.execute(db.select(of).order_by(of.c.why))
    ways = [Follower(v, why, key, people[key].code, people[key].name) for v, key, why in rows]
    places = {key: place for place, key in enumerate(people)}
    return Followers(found, sorted(ways, key=lambda x: places[x.patient_id]))


def _following(
    version_ids: Sequence[int], patients: Iterable[int] | None = None
) -> CompoundSelect[tuple[int, int, str]]:
    """(version, patient, why), each once; a merged record counts as the one that was kept."""
    last = Administration.cocktail_id == Cocktail.id
    given = (Administration.state == "closed", Administration.outcome.in_(GIVEN))
    closed = _of(version_ids, "last").join(Administration, last).where(*given, *_none_later())
    open_ = _of(version_ids, "open").where(Cocktail.state.in_(OPEN))
    if patients is not None:
        mine = KEPT.in_(list(patients))
        open_, closed = open_.where(mine), closed.where(mine)
    return open_.union(closed)


def _of(version_ids: Sequence[int], why: str) -> Select[tuple[int, int, str]]:
    current = (Cocktail.id == Revision.cocktail_id) & (Cocktail.revision_number == Revision.number)
    return (
        db.select(
            Revision.formula_version_id.label("version_id"),
            KEPT.label("patient_id"),
            literal(why).label("why"),
        )
        .join(Cocktail, current)
        .join(Patient, Patient.id == Cocktail.patient_id)
        .where(Revision.formula_version_id.in_(version_ids))
    )


def _none_later() -> Iterator[ColumnElement[bool]]:
    """That the patient was given nothing after this session: under the record kept, or one merged into it.

    Each is a question of its own, so that either is answered by the index of one patient's sessions.
    """
    after, other = aliased(Administration), aliased(Patient)
    later = (after.state == "closed", after.outcome.in_(GIVEN), after.closed_at > Administration.closed_at)
    merged = exists().where(after.patient_id == other.id, other.merged_into_id == KEPT, *later)
    for found in (exists().where(after.patient_id == KEPT, *later), merged):
        yield ~found.correlate(Administration, Patient)
