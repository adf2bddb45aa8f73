"""Finding patients: by what was typed, among those in care, and those who may be the same person."""

from collections.abc import Iterator
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, exists, or_

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
    """Patients this person may see, by a part of the name, or code, record number or telephone; most 50."""
    query = scoped(by=by, at=at).where(*_criteria(text, born_on))
    return list(db.session.scalars(query.order_by(Patient.folded, Patient.id).limit(MOST)))


def named(text: str, born_on: date) -> list[Patient]:
    """Patients of the whole organisation with these two identifiers: code or whole name, and birth date.

    Not scoped: for registering and for emergency access, which show nothing but that there is one.
    """
    identified = or_(Patient.code == text.strip().upper(), Patient.folded == fold(text))
    query = db.select(Patient).where(identified, Patient.born_on == born_on, Patient.merged_into_id.is_(None))
    return list(db.session.scalars(query.order_by(Patient.id).limit(MOST)))


def alike(name: str, born_on: date, *, but: int | None = None) -> list[Patient]:
    """Patients of the organisation who may be this person: birth date equal and names alike, or the reverse.

    Not scoped: what is shown of those of another site is their code alone.
    """
    folded = fold(name)
    near = or_(Patient.born_on == born_on, Patient.folded == folded)
    query = db.select(Patient).where(near, Patient.merged_into_id.is_(None), Patient.id != (but or 0))
    rows = db.session.scalars(query.order_by(Patient.id).limit(200))
    return [row for row in rows if _may_be(row, folded, born_on)]


def _criteria(text: str, born_on: date | None) -> Iterator[ColumnElement[bool]]:
    typed = text.strip()
    if typed:
        words = [Patient.folded.contains(word, autoescape=True) for word in fold(typed).split()]
        numbers = [Patient.code == typed.upper(), Patient.record_number == typed, Patient.phone == typed]
        yield or_(*numbers, *([and_(*words)] if words else []))
    if born_on is not None:
        yield Patient.born_on == born_on


def _may_be(row: Patient, folded: str, born_on: date) -> bool:
    if row.born_on == born_on:
        return look_alike(row.folded, folded)
    return _slip(row.born_on, born_on)


def _slip(one: date, other: date) -> bool:
    """Whether one birth date may be a slip for the other: one part differs, or day and month swapped."""
    parts = [one.year != other.year, one.month != other.month, one.day != other.day]
    swapped = one.year == other.year and (one.month, one.day) == (other.day, other.month)
    return sum(parts) == 1 or swapped
