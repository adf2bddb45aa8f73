"""The photos of draws at the bench: lines of a page, and the pictures themselves."""

from flask import Response, g, request

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.audit import log_access
from formulary.db import Missing, retried, transaction
from formulary.preparations import queries
from formulary.preparations.queries.pictures import OPENED
from formulary.preparations.views.room import bp, reads_anew
from formulary.web import files


@bp.get("/<id:attempt_id>/photos/<id:photo_id>/file")
@requires(Permission.PREPARE)
@retried
def photo(attempt_id: int, photo_id: int) -> Response:
    """The whole picture, to those at the bench; that it was given to this sign-in is noted."""
    found = queries.attempt(attempt_id, g.actor)
    row = None if reads_anew(found) else queries.photo(found, photo_id)
    if row is None or row.content is None:
        raise Missing(f"No photo {photo_id} of this preparation")
    if request.method == "GET":
        with transaction():
            log_access(OPENED, by=g.actor, at=clock.now(), subject=row, patients=1)
    return files.answer(files.Brought(row.media, row.content, f"photo-{found.cocktail.code}-{row.id}"))
