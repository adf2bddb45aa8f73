"""The file of a temperature logger: looked at first, every bad row told, then recorded whole."""

from datetime import datetime
from typing import Any

from flask import flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.db import retried
from formulary.rules.findings import Refused
from formulary.stock import actions, queries
from formulary.stock.forms import LoggerForm, packed
from formulary.stock.labels import loggers as told
from formulary.stock.views.room import Answer, bp, done, page
from formulary.web import takes_up_to
from formulary.web.words import plural

MOST_BYTES = 5 * 1024 * 1024


@bp.route("/places/<id:place_id>/logger", methods=["GET", "POST"])
@requires(Permission.RECEIVE_STOCK)
@retried
@takes_up_to(MOST_BYTES)
def logger_file(place_id: int) -> Answer | Response:
    """Look at a file of readings, then record all of it."""
    place, form = queries.place_by_id(place_id, g.site.id), LoggerForm()
    looked = _looked(place_id, form) if form.validate_on_submit() else None
    if looked and not looked.many_bad and request.form.get("act") == "record" and _recorded(place_id, form):
        flash(f"{plural(looked.new, 'reading')} of {place.name} from the file on record.")
        return redirect(url_for("stock.temperature", place_id=place_id))
    kept = packed(form.raw) if looked and not looked.many_bad else ""
    return page("temperature_file", form, place=place, looked=looked, kept=kept, most=told.MOST_SHOWN)


def _looked(place_id: int, form: LoggerForm) -> Any:
    """What the file holds, or None where the form now says why nothing can be said of it."""
    try:
        if not form.raw:
            raise told.no_file()
        return actions.look_at_file(place_id, form.raw, form.clocks.data, at=clock.now(), by=g.actor)
    except Refused as refusal:
        form.add_findings(refusal.findings)
        return None


def _recorded(place_id: int, form: LoggerForm) -> Any:
    def act(at: datetime) -> Any:
        answers = {"raw": form.raw, "clocks": form.clocks.data}
        return actions.record_file(place_id, **answers, at=at, by=g.actor, key=form.key)

    return done(form, "stock.temperature_file", act)
