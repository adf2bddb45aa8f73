"""The photos of a patient that was asked for before."""

from collections.abc import Collection

from formulary.accounts.models import Person
from formulary.db import Missing, db
from formulary.patients.models import Photo
from formulary.patients.queries.record import own


def photos(patient_id: int, about: tuple[str, int] | None = None) -> list[tuple[Photo, str]]:
    """The photos with who brought them, newest first, without their content; of one act where it is named."""
    query = db.select(Photo, Person.name).join(Person, Person.id == Photo.by_id)
    query = query.where(own(Photo.patient_id, patient_id))
    if about is not None:
        query = query.where(Photo.about_kind == about[0], Photo.about_id == about[1])
    rows = db.session.execute(query.order_by(Photo.taken_at.desc(), Photo.id.desc()))
    return [(row[0], row[1]) for row in rows]


def photos_of_acts(patient_id: int, kind: str, ids: Collection[int]) -> list[tuple[Photo, str]]:
    """The photos of several acts of one kind that were not taken away, without content, as they came."""
    query = db.select(Photo, Person.name).join(Person, Person.id == Photo.by_id)
    query = query.where(own(Photo.patient_id, patient_id), Photo.about_kind == kind)
    query = query.where(Photo.about_id.in_(ids), Photo.removed_at.is_(None))
    return [(row[0], row[1]) for row in db.session.execute(query.order_by(Photo.id))]


def photo(photo_id: int, patient_id: int) -> Photo:
    """One photo of this patient; Missing for another's."""
    query = db.select(Photo).where(Photo.id == photo_id, own(Photo.patient_id, patient_id))
    row: Photo | None = db.session.scalar(query)
    if row is None:
        raise Missing(f"No photo {photo_id} of this patient")
    return row
