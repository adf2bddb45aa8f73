"""An excursion: opened, what was inside, holds on it, and what a pharmacist decides."""

from datetime import datetime, timedelta
from typing import Any

from flask import flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.accounts import queries as accounts
from formulary.db import Missing, retried
from formulary.stock import actions, queries
from formulary.stock.forms import DecideForm, HoldInsideForm, OpenExcursionForm
from formulary.stock.labels import excursions as told
from formulary.stock.views.room import Answer, bp, done, page
from formulary.web import fields as f

LONGEST = 40


@bp.route("/places/<id:place_id>/excursion", methods=["GET", "POST"])
@requires(Permission.PLACE_HOLD)
@retried
def open_excursion(place_id: int) -> Answer | Response:
    """Look into an excursion: it gets a number, and a pharmacist decides on it."""
    place, began, form = queries.place_by_id(place_id, g.site.id), _began(), OpenExcursionForm()
    if form.validate_on_submit() and (
        event := done(
            form,
            "stock.open_excursion",
            lambda at: actions.open_excursion(place_id, began, at=at, by=g.actor, key=form.key),
        )
    ):
        return redirect(url_for("stock.excursion", event_id=event.id))
    return page("excursion_open", form, place=place, began=began)


@bp.get("/excursions/<id:event_id>")
@requires(Permission.SEE_STOCK)
def excursion(event_id: int) -> Answer:
    """What the readings say of it, what was inside, and what was decided."""
    return page("excursion", **_page_of(event_id))


@bp.route("/excursions/<id:event_id>/hold", methods=["GET", "POST"])
@requires(Permission.PLACE_HOLD)
@retried
def hold_inside(event_id: int) -> Answer | Response:
    """Hold what was inside: each of it can be left out."""
    shown, form = _page_of(event_id), HoldInsideForm()
    lines, event = shown["lines"], shown["event"]
    form.chosen.choices = f.choices([(line.key, line.name) for line in lines if not line.held])
    if request.method == "GET":
        form.chosen.data = [line.key for line in lines if line.is_proposed]
        form.reason.data = told.reason_for_hold(event, shown["place"], shown["facts"])
    if form.validate_on_submit() and done(
        form,
        "stock.hold_inside",
        lambda at: actions.hold_inside(event_id, **form.values(), at=at, by=g.actor, key=form.key),
    ):
        flash(f"What was chosen is on hold for excursion {event.code}.")
        return redirect(url_for("stock.excursion", event_id=event_id))
    return page("excursion_hold", form, **shown)


@bp.route("/excursions/<id:event_id>/decide", methods=["GET", "POST"])
@requires(Permission.RELEASE_QUARANTINE)
@retried
def decide_excursion(event_id: int) -> Answer | Response:
    """Decide what becomes of what was inside, and say what that rests on."""
    shown, form = _page_of(event_id), DecideForm()
    if form.validate_on_submit() and done(
        form,
        "stock.decide_excursion",
        lambda at: actions.decide_excursion(event_id, **form.values(), at=at, by=g.actor, key=form.key),
    ):
        flash(f"Excursion {shown['event'].code} is decided.")
        return redirect(url_for("stock.excursion", event_id=event_id))
    return page("excursion_decide", form, **shown)


def _page_of(event_id: int) -> dict[str, Any]:
    at = clock.now()
    event, place = queries.event(event_id, g.site.id)
    found = queries.excursion_of(event, place)
    start, end = queries.stretch_of(event, found, at)
    rows, furthest = queries.inside(place, start, end), found.extreme if found else event.extreme_tenths
    people = [event.opened_by_id, *([event.closed_by_id] if event.closed_by_id else [])]
    return {
        "event": event,
        "place": place,
        "facts": told.facts(event, found, at, is_open=queries.is_to_be_decided(event, place, found)),
        "lines": told.inside_lines(rows, queries.open_holds(), furthest, event.started_at, end),
        "names": accounts.person_names(people),
    }


def _began() -> datetime:
    """The instant that names the excursion; Missing where it is none of ours, which are written in UTC."""
    text = request.args.get("began", "")
    try:
        began = datetime.fromisoformat(text[:LONGEST])
    except ValueError:
        raise Missing("No such excursion") from None
    if began.utcoffset() != timedelta():
        raise Missing("No such excursion")
    return began
