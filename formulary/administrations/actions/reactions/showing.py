"""The photo that comes with a report or a look: kept with the patient's, linked to the reaction."""

from datetime import datetime

from formulary.accounts import Actor
from formulary.administrations.models import Reaction
from formulary.patients.actions import add_photo

ABOUT = "reaction"


def keep_photo(row: Reaction, photo: bytes, taken_at: datetime, *, at: datetime, by: Actor) -> None:
    """Keep it without EXIF where one was brought; Refused, with the whole act, where it is no photo."""
    if photo:
        told = {"title": f"Reaction {row.code}", "about": (ABOUT, row.id), "taken_at": taken_at}
        add_photo(row.patient_id, raw=photo, **told, at=at, by=by)
