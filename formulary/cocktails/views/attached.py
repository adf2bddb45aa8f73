"""A cocktail as the file that `formulary check` reads, ready to be saved by a browser."""

from datetime import datetime
from typing import Any

from flask import Response, g

from formulary.accounts import queries as accounts
from formulary.audit import log_access
from formulary.cocktails import files
from formulary.cocktails.facts import Content, gather
from formulary.db import transaction


def as_file(cocktail: Any, content: Content, *, with_patient: bool, at: datetime) -> Response:
    """This content as a file to save; who took along what is known of a patient is noted."""
    site = accounts.site(cocktail.site_id)
    gathered = gather(content, site=site, at=at)
    facts = gathered.cocktail
    text = files.text_of(
        content,
        gathered.products,
        formula=facts.formula.label if facts.formula else "",
        patient=facts.patient if with_patient else None,
        tests=files.concluded(facts) if with_patient else {},
        zone=site.zone,
    )
    if with_patient:
        with transaction():
            log_access("cocktails.file", by=g.actor, at=at, subject=cocktail, patients=1)
    headers = {"Content-Disposition": f'attachment; filename="{cocktail.code}.toml"'}
    return Response(text, mimetype="application/toml", headers=headers)
