"""What was given in courses, and when each is due again: the same few queries for one course as for many."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from formulary.administrations.models import GIVEN, Administration
from formulary.catalogue import queries as catalogue
from formulary.cocktails.models import Cocktail, CourseEntry
from formulary.cocktails.queries import entries
from formulary.db import db
from formulary.patients.models import Course, Exposure, Patient


@dataclass(frozen=True)
class Counted:
    """A cocktail that counts towards a course; `given_at` is when its session began, None where not given."""

    course_id: int
    cocktail_id: int
    code: str
    state: str
    is_top_up: bool
    session_id: int | None
    given_at: datetime | None

    @property
    def is_session(self) -> bool:
        """Whether it counts as a session: given, in whole or in part, and no top-up of the one before."""
        return self.given_at is not None and not self.is_top_up


@dataclass(frozen=True)
class Asked:
    """The interval that an ingredient of a course asks for, and when the patient last got it."""

    name: str
    interval: int | None
    unit: str
    most_sessions: int | None
    source: str
    last_at: datetime | None

    @property
    def word(self) -> str:
        """What its interval counts, one of them: "month"."""
        return self.unit.removesuffix("s")


@dataclass(frozen=True)
class Counts:
    """What counts towards each course, and what its ingredients ask for, by the key of the course."""

    cocktails: dict[int, list[Counted]]
    asked: dict[int, list[Asked]]


def counts(courses: Sequence[Course]) -> Counts:
    """Sessions, and the intervals of ingredients, of these courses: five queries at most."""
    keys = [course.id for course in courses]
    if not keys:
        return Counts({}, {})
    return Counts(_by_course(_counted(keys)), _asked(courses))


def _counted(keys: Collection[int]) -> list[Counted]:
    given = db.and_(
        Administration.cocktail_id == Cocktail.id,
        Administration.state == "closed",
        Administration.outcome.in_(GIVEN),
    )
    state = db.case((Cocktail.outcome != "", Cocktail.outcome), else_=Cocktail.state)
    told = (Cocktail.id, Cocktail.code, state, Cocktail.is_top_up)
    query = (
        db.select(CourseEntry.course_id, *told, Administration.id, Administration.started_at)
        .join(Cocktail, Cocktail.id == CourseEntry.cocktail_id)
        .outerjoin(Administration, given)
        .where(CourseEntry.course_id.in_(keys), entries.newest_entries())
        .order_by(Administration.started_at.desc(), Cocktail.id.desc())
    )
    return [Counted(*row) for row in db.session.execute(query)]


def _by_course(rows: Iterable[Counted]) -> dict[int, list[Counted]]:
    found: dict[int, list[Counted]] = {}
    for row in rows:
        found.setdefault(row.course_id, []).append(row)
    return found


def _asked(courses: Sequence[Course]) -> dict[int, list[Asked]]:
    schedules = {row.ingredient_id: row for row in catalogue.schedules()}
    rows = entries.ingredients_in([course.id for course in courses], schedules) if schedules else []
    patients = {course.id: course.patient_id for course in courses}
    last = _last_given({patients[key] for key, _ in rows}, {ingredient for _, ingredient in rows})
    found: dict[int, list[Asked]] = {}
    for key, ingredient in rows:
        row, at = schedules[ingredient], last.get((patients[key], ingredient))
        asked = Asked(row.ingredient.name, row.interval, row.unit, row.most_sessions, row.source, at)
        found.setdefault(key, []).append(asked)
    return found


def _last_given(
    patient_ids: Collection[int], ingredient_ids: Collection[int]
) -> dict[tuple[int, int], datetime]:
    """When each patient last got each ingredient in a session, in any course; merged records are one."""
    if not patient_ids or not ingredient_ids:
        return {}
    named, record, against = db.aliased(Patient), db.aliased(Patient), db.aliased(Exposure)
    kept = db.func.coalesce(named.merged_into_id, named.id)
    query = (
        db.select(named.id, Exposure.ingredient_id, db.func.max(Exposure.at))
        .join(record, db.or_(record.id == kept, record.merged_into_id == kept))
        .join(Exposure, Exposure.patient_id == record.id)
        .where(named.id.in_(patient_ids), Exposure.ingredient_id.in_(ingredient_ids))
        .where(Exposure.document_kind != "patch_test", Exposure.takes_back_id.is_(None))
        .where(~db.select(against.id).where(against.takes_back_id == Exposure.id).exists())
        .group_by(named.id, Exposure.ingredient_id)
    )
    return {(patient, ingredient): at for patient, ingredient, at in db.session.execute(query)}
