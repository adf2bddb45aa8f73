"""How warm a place was: its page, its range, readings by hand and their correction."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from flask import flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.db import Missing, retried
from formulary.rules.storage import is_missing
from formulary.stock import actions, labels, queries
from formulary.stock.forms import CorrectReadingForm, RangeForm, ReadingForm
from formulary.stock.labels import temperature as told
from formulary.stock.views.room import Answer, bp, done, page
from formulary.web import svg
from formulary.web.paging import Window


@bp.get("/temperature")
@requires(Permission.SEE_STOCK)
def temperatures() -> Answer:
    """Every place on which stock lies: how warm it is, and what needs a look."""
    at, rows = clock.now(), queries.places(g.site.id, queries.LIES_AT)
    waits = _waiting(at)
    shown = [_now_at(place, at, waits.get(place.id, ())) for place in rows]
    return page("temperatures", rows=shown, kinds=labels.PLACE_KINDS)


@bp.route("/places/<id:place_id>/temperature", methods=["GET", "POST"])
@requires(Permission.SEE_STOCK)
@retried
def temperature(place_id: int) -> Answer | Response:
    """How warm a place was, and a reading taken now."""
    place, form = _place(place_id), ReadingForm()
    if request.method == "POST":
        g.actor.must(Permission.RECEIVE_STOCK)
    if form.validate_on_submit() and done(
        form,
        "stock.temperature",
        lambda at: actions.record_reading(place_id, **form.values(), at=at, by=g.actor, key=form.key),
    ):
        flash(f"{told.temperature(form.tenths.data)} is on record for {place.name}.")
        return redirect(url_for("stock.temperature", place_id=place_id))
    return page("temperature", form, **_page_of(place, clock.now()))


@bp.route("/places/<id:place_id>/range", methods=["GET", "POST"])
@requires(Permission.MANAGE_CLINIC)
@retried
def temperature_range(place_id: int) -> Answer | Response:
    """State between what a place is kept, and how often it is read."""
    place = _place(place_id)
    form = RangeForm(obj=place)
    if form.validate_on_submit() and done(
        form,
        "stock.temperature_range",
        lambda at: actions.set_range(place_id, **form.values(), at=at, by=g.actor, key=form.key),
    ):
        flash(f"The range of {place.name} is changed.")
        return redirect(url_for("stock.places"))
    return page("temperature_range", form, place=place)


@bp.route("/temperature/readings/<id:reading_id>", methods=["GET", "POST"])
@requires(Permission.RECEIVE_STOCK)
@retried
def correct_reading(reading_id: int) -> Answer | Response:
    """Correct a reading: the wrong one stays to be read."""
    row, place = queries.reading(reading_id, g.site.id)
    form = CorrectReadingForm()
    if form.validate_on_submit() and done(
        form,
        "stock.correct_temperature",
        lambda at: actions.correct_reading(reading_id, **form.values(), at=at, by=g.actor, key=form.key),
    ):
        flash(f"The reading of {place.name} is corrected.")
        return redirect(url_for("stock.temperature", place_id=place.id))
    return page("temperature_correct", form, place=place, row=row)


def _place(place_id: int) -> Any:
    """A place on which stock lies; Missing for any other, which is neither warm nor cold."""
    place = queries.place_by_id(place_id, g.site.id)
    if place.kind not in queries.LIES_AT:
        raise Missing(f"Nothing lies at place {place_id}")
    return place


def _waiting(at: datetime) -> dict[int, set[str]]:
    """What waits for a decision at each place of the site."""
    found: dict[int, set[str]] = {}
    for row in queries.watched_places(g.site.id, at):
        if row.what != "missing":
            found.setdefault(row.place_id, set()).add(row.what)
    return found


def _now_at(place: Any, at: datetime, waits: Collection[str]) -> dict[str, Any]:
    """A place with its range, its last reading, and how it stands."""
    span, last = queries.span_of_place(place), queries.last_reading(place.id)
    missing = is_missing(last.at if last else None, queries.every(place), at) and span is not None
    state, words = told.place_state(last, span, missing=missing, waits=waits)
    names = {"place": place, "range": told.range_words(span), "every": told.every_words(place)}
    return names | {"span": span, "last": last, "state": state, "words": words}


def _page_of(place: Any, at: datetime) -> dict[str, Any]:
    now, window = _now_at(place, at, _waiting(at).get(place.id, ())), Window.of(request.args)
    span, rows = now["span"], queries.readings_of(place.id, window)
    undecided = queries.undecided_readings(place, span) if span else []
    since = min([at - queries.LOOK_BACK, *undecided[:1]])
    found = queries.excursions_of(place, span, since=since) if span else []
    events = queries.events_of(place.id)
    curve = queries.curve_of(place.id, at)
    points = [(reading.at, reading.tenths) for reading in curve]
    picture = (
        svg.curve(points, span and (span.low, span.high), g.site.zone, queries.every(place))
        if points
        else None
    )
    return {
        "now_at": now,
        "place": place,
        "readings": rows,
        "lines": told.reading_lines(rows.rows, span),
        "excursions": told.excursion_lines(found, events, undecided, queries.filled_gaps(events), at),
        "picture": picture,
        "kind": labels.PLACE_KINDS[place.kind],
    }
