"""The photo of a draw: kept in the act that draws, and opened by whoever releases."""

from datetime import datetime
from typing import Any

from formulary.accounts import Actor
from formulary.patients import actions as patients
from formulary.preparations import queries
from formulary.preparations.labels.pictures import opened_words
from formulary.preparations.models import Attempt, Draw, PlannedDraw
from formulary.rules.findings import refuse


def keep_photo(
    attempt: Attempt, step: PlannedDraw, drawn: list[Draw], photo: bytes, *, at: datetime, by: Actor
) -> dict[str, Any]:
    """Keep it without EXIF where one was brought; Refused, with the whole draw, where it is no photo."""
    if not photo:
        return {}
    number = queries.steps(attempt).index(step) + 1
    title = f"Draw of {attempt.cocktail.code}, attempt {attempt.number}, step {number}"
    told = {"title": title, "draw_id": drawn[0].id}
    return {"photo": patients.keep_draw_photo(attempt.cocktail.patient, photo, **told, at=at, by=by).id}


def photos_opened(attempt: Attempt, people: set[int], *, withheld: bool) -> dict[str, Any]:
    """What the record of a release says about the photos; Refused while the server has not given out each.

    `withheld` where who works alone reads the syringe anew: the pictures would tell what it holds, so none
    is asked for.
    """
    found = queries.photos(attempt, people)
    unopened = [each for each in found if not each.is_opened]
    if unopened and not withheld:
        told = f"{opened_words(found)} since it was prepared."
        remedy = "Open each photo of a draw on this page, then release."
        raise refuse("release.photos_not_opened", attempt.cocktail.code, told, remedy)
    return {"photos": len(found), "photos_opened": len(found) - len(unopened)} if found else {}
