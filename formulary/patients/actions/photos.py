"""Photos of a patient: kept without what a camera hides in them, and taken away with a reason."""

import hashlib
from datetime import datetime

from formulary.accounts import Actor, Permission
from formulary.audit import record
from formulary.db import db, once
from formulary.patients import queries
from formulary.patients.actions.times import refuse_future
from formulary.patients.models import Patient, Photo
from formulary.rules.findings import refuse
from formulary.web.pictures import cleaned

DRAW = "draw"


@once
def add_photo(
    patient_id: int,
    *,
    raw: bytes,
    title: str = "",
    about: tuple[str, int | None] = ("", None),
    taken_at: datetime | None = None,
    at: datetime,
    by: Actor,
) -> Photo:
    """Keep a photo, drawn anew without EXIF; `about` is the act that it shows. Refuses what is no photo."""
    by.must(Permission.EDIT_PATIENTS)
    patient = queries.patient(patient_id, by=by, at=at)
    refuse_future(taken_at or at, "taken_at", "the photo", at=at)
    return _kept(patient, raw, title=title, about=about, taken_at=taken_at, at=at, by=by)


def keep_draw_photo(
    patient: Patient, raw: bytes, *, title: str, draw_id: int, at: datetime, by: Actor
) -> Photo:
    """Keep the photo of a draw for this patient, in the act that draws: whoever prepares may, and no more.

    Refuses what is no photo, as every photo.
    """
    by.must(Permission.PREPARE)
    return _kept(patient, raw, title=title, about=(DRAW, draw_id), at=at, by=by)


def _kept(
    patient: Patient,
    raw: bytes,
    *,
    title: str,
    about: tuple[str, int | None],
    taken_at: datetime | None = None,
    at: datetime,
    by: Actor,
) -> Photo:
    picture = cleaned(raw)
    row = Photo(patient_id=patient.id, title=title, media=picture.media, content=picture.content)
    row.about_kind, row.about_id = about
    row.size, row.sha256 = len(picture.content), hashlib.sha256(picture.content).hexdigest()
    row.taken_at, row.at, row.by_id = taken_at or at, at, by.person_id
    db.session.add(row)
    db.session.flush()
    new = {"photo": row.id, "about": list(about), "size": row.size, "sha256": row.sha256}
    record("patients.add_photo", patient, by=by, at=at, new=new)
    return row


def remove_photo(photo_id: int, patient_id: int, *, why: str, at: datetime, by: Actor) -> Photo:
    """Take a photo away: its content is gone, and that it was there stays on record with the reason."""
    by.must(Permission.EDIT_PATIENTS)
    patient = queries.patient(patient_id, by=by, at=at)
    row = queries.photo(photo_id, patient.id)
    if row.removed_at is not None:
        raise refuse("photo.removed", "the photo", "It was taken away already.", "Load the page again.")
    row.content, row.removed_at, row.removed_why, row.removed_by_id = None, at, why, by.person_id
    db.session.flush()
    old = {"photo": row.id, "sha256": row.sha256}
    record("patients.remove_photo", patient, by=by, at=at, old=old, reason=why)
    return row
