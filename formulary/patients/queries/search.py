"""Finding patients: by what was typed, among those in care, and those who may be the same person."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from formulary.accounts import Actor
from formulary.db import db
from formulary.patients.models import Care, Patient
from formulary.patients.queries.access import scoped
from formulary.patients.queries.names import fold, look_alike
from formulary.web.paging import Page, Window, page

MOST = 50


def listed(window: Window, *, by: Actor) -> Page:
    """The patients in the care of this person's site, newest registered first, by pages."""
    cared = exists().where(Care.patient_id == Patient.id, Care.site_id == by.site_id)
    return page(
        db.select(Patient).where(cared, Patient.merged_into_id.is_(None)), (Patient.id,), window=window
    )


def found(text: str, born_on: date | None, *, by: Actor, at: datetime) -> list[Patient]:
    """Patients this person may see, by a part of the name, or code, record number or telephone; most 50.

    A record that was merged is found by its own, and answered by the one that was kept.
    """
    one = aliased(Patient)
    ids = _kept(*_criteria(one, text, born_on), of=one)
    query = scoped(by=by, at=at).where(Patient.id.in_(ids))
    return list(db.session.scalars(query.order_by(Patient.folded, Patient.id).limit(MOST)))


def named(text: str, born_on: date) -> list[Patient]:
    """Patients of the whole organisation with these two identifiers: code or whole name, and birth date.

    Not scoped: for registering and for emergency access, which show nothing but that there is one.
    """
    one = aliased(Patient)
    identified = or_(one.code == text.strip().upper(), one.folded == fold(text))
    ids = _kept(identified, one.born_on == born_on, of=one)
    query = db.select(Patient).where(Patient.id.in_(ids))
    return list(db.session.scalars(query.order_by(Patient.id).limit(MOST)))


def alike(name: str, born_on: date, *, but: int | None = None) -> list[Patient]:
    """Patients of the organisation who may be this person: birth date equal and names alike, or the reverse.

    Not scoped: what is shown of those of another site is their code alone.
    """
    folded = fold(name)
    near = or_(Patient.born_on == born_on, Patient.folded == folded)
    kept_id = func.coalesce(Patient.merged_into_id, Patient.id)
    query = db.select(Patient, kept_id).where(near, kept_id != (but or 0))
    rows = db.session.execute(query.order_by(Patient.id).limit(200))
    return _by_ids({kept for row, kept in rows if _may_be(row, folded, born_on)})


def _by_ids(patient_ids: set[int]) -> list[Patient]:
    return list(
        db.session.scalars(db.select(Patient).where(Patient.id.in_(patient_ids)).order_by(Patient.id))
    )


def _kept(*matching: ColumnElement[bool], of: Any) -> Select[Any]:
    """The keys of the records that were kept, of those that match: a merged one is found as it was."""
    return select(func.coalesce(of.merged_into_id, of.id)).where(*matching)


def _criteria(one: Any, text: str, born_on: date | None) -> Iterator[ColumnElement[bool]]:
    typed = text.strip()
    if typed:
        words = [one.folded.contains(word, autoescape=True) for word in fold(typed).split()]
        numbers = [one.code == typed.upper(), one.record_number == typed, one.phone == typed]
        yield or_(*numbers, *([and_(*words)] if words else []))
    if born_on is not None:
        yield one.born_on == born_on


def _may_be(row: Patient, folded: str, born_on: date) -> bool:
    if row.born_on == born_on:
        return look_alike(row.folded, folded)
    return _slip(row.born_on, born_on)


def _slip(one: date, other: date) -> bool:
    """Whether one birth date may be a slip for the other: one part differs, or day and month swapped."""
    parts = [one.year != other.year, one.month != other.month, one.day != other.day]
    swapped = one.year == other.year and (one.month, one.day) == (other.day, other.month)
    return sum(parts) == 1 or swapped
