"""One page per role with everything that is to do, gravest first."""

from dataclasses import replace

from flask import g, render_template, request

from formulary.accounts import Permission, Role, requires
from formulary.audit import log_access
from formulary.db import Missing, retried, transaction
from formulary.overview import labels
from formulary.overview.labels import Day
from formulary.overview.views.day import the_day
from formulary.overview.views.room import Page, bp, may_open
from formulary.stock import queries as stock


@bp.get("/digest")
@requires(Permission.USE_THE_APP)
@retried
def digest() -> Page:
    """What one of the roles of whoever asks has to do now: the same as on the first page, all of it."""
    found = labels.digest(_with_quarantine(the_day()), _role())
    if found.patients:
        with transaction():
            log_access("overview.digest", by=g.actor, at=found.day.at, patients=found.patients)
    return render_template("overview/digest.html", digest=found, words=labels.ROLE_WORDS, may_open=may_open)


def _role() -> Role:
    """The role that is asked for, or the first that the person has; Missing for one they have not."""
    asked = request.args.get("role")
    own = [role for role in Role if role in g.actor.roles and asked in (None, str(role))]
    if not own:
        raise Missing(f"No digest {asked}")
    return own[0]


def _with_quarantine(day: Day) -> Day:
    if not any(row.kind == "quarantine" for row in day.sealed):
        return day
    places = stock.places(g.site.id, ["quarantine"])
    return replace(day, quarantine_id=places[0].id) if len(places) == 1 else day
