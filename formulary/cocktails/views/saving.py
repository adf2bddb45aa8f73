"""A cocktail saved as the file that `formulary check` reads: what is typed, or what is kept."""

from flask import flash, g, redirect, url_for

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.cocktails import queries
from formulary.cocktails.facts import content_of
from formulary.cocktails.forms import SaveFileForm
from formulary.cocktails.views.attached import as_file
from formulary.cocktails.views.pages import Page, bp
from formulary.db import retried
from formulary.rules.findings import Refused


@bp.get("/<id:cocktail_id>/file")
@requires(Permission.COMPOSE)
@retried
def file(cocktail_id: int) -> Page:
    """What is kept of a cocktail as a file; not while its doses wait behind the blind entry."""
    found, at = queries.cocktail(cocktail_id, g.actor), clock.now()
    if found.state == "prescribed":
        flash("Its doses wait behind the blind entry, so there is no file of it yet.")
        return redirect(url_for("cocktails.cocktail", cocktail_id=cocktail_id))
    content = content_of(found, queries.revision(found))
    try:
        return as_file(found, content, with_patient=SaveFileForm().with_patient.data, at=at)
    except Refused as refusal:
        flash(" ".join(f"{finding.reason} {finding.remedy}" for finding in refusal.findings))
        return redirect(url_for("cocktails.cocktail", cocktail_id=cocktail_id))
