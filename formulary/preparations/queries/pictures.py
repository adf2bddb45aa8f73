"""The photos of an attempt's draws, and which of them were opened since it was prepared."""

from collections.abc import Collection
from dataclasses import dataclass

from formulary.audit import queries as audit
from formulary.patients import queries as patients
from formulary.patients.models import Photo
from formulary.preparations.models import Attempt, Draw
from formulary.preparations.queries.attempts import draws

ABOUT = "draw"
OPENED = "preparations.photo"
"""What the access log calls it when the server gave the picture out at the bench."""


@dataclass(frozen=True)
class DrawPhoto:
    """A photo of a draw, who took it, and whether those asked about have opened it."""

    photo: Photo
    who: str
    draw: Draw
    is_opened: bool


def photos(attempt: Attempt, people: Collection[int] = ()) -> list[DrawPhoto]:
    """The photos of the draws that stand, as they came: not taken away, opened or not by one of `people`.

    Opened is what the server saw: it gave the whole picture to their sign-in after the bench work was done.
    """
    drawn = {draw.id: draw for draw in draws(attempt.id)}
    rows = patients.photos_of_acts(attempt.patient_id, ABOUT, drawn) if drawn else []
    seen = _opened(attempt, {photo.id for photo, _ in rows}, people)
    return [DrawPhoto(row, who, drawn[row.about_id or 0], row.id in seen) for row, who in rows]


def photo(attempt: Attempt, photo_id: int) -> Photo | None:
    """One of them; None where it is none of this attempt's."""
    return next((each.photo for each in photos(attempt) if each.photo.id == photo_id), None)


def _opened(attempt: Attempt, ids: Collection[int], people: Collection[int]) -> set[int]:
    if not ids or not people or attempt.prepared_at is None:
        return set()
    return audit.opened(OPENED, Photo.__tablename__, ids, people=people, since=attempt.prepared_at)
