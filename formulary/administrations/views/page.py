"""The page of one session, and how every act on it ends: back on the page, or again with what would do."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from formulary import clock
from formulary.administrations import facts, labels, queries
from formulary.administrations.forms import (
    AnaestheticForm,
    CloseForm,
    PauseForm,
    PointsForm,
    RemoveSiteForm,
    ResumeForm,
)
from formulary.administrations.labels import reactions as felt
from formulary.administrations.queries import courses, reactions
from formulary.audit import record_refusal
from formulary.cocktails import queries as cocktails
from formulary.cocktails.queries import entries
from formulary.db import transaction
from formulary.patients import queries as patients
from formulary.rules.findings import Refused
from formulary.rules.lot_status import day_of
from formulary.web.forms import Form

bp = Blueprint("administrations", __name__, url_prefix="/administrations")
Page = str | Response | tuple[str, int]
FORMS: dict[str, type[Form]] = {
    "anaesthetic": AnaestheticForm,
    "close": CloseForm,
    "pause": PauseForm,
    "remove": RemoveSiteForm,
    "resume": ResumeForm,
}


def act(administration_id: int, form: Form, name: str, do: Callable[[datetime], Any], done: str = "") -> Page:
    """Run one act of a session in its transaction; a refusal shows the page again with what would do."""
    if not form.validate():
        return page(administration_id, **{name: form}), 422
    try:
        with transaction():
            do(clock.now())
    except Refused as refusal:
        record_refusal(f"administrations.{name}", refusal, by=g.actor)
        form.add_findings(refusal.findings)
        return page(administration_id, **{name: form}), 422
    if done:
        flash(done)
    return to(administration_id, request.args.get("map"))


def to(administration_id: int, picture: str | None = None) -> Response:
    """Back on the page, with the same picture."""
    return redirect(
        url_for("administrations.administration", administration_id=administration_id, map=picture or None)
    )


def page(administration_id: int, **given: Form) -> str:
    """The session as it stands, with the forms that were just sent in the place of fresh ones."""
    found, mark, at = queries.administration(administration_id, g.actor), g.site.decimal_mark, clock.now()
    name = labels.shown_first(found, _asked_picture(given.get("points")))
    forms = {key: given.get(key) or form(formdata=None) for key, form in FORMS.items()}
    return render_template(
        "administrations/administration.html",
        session=labels.session(found, mark=mark, at=at),
        reactions=felt.lines(reactions.after(administration_id=found.id), ZoneInfo(g.site.zone), at),
        too_much=facts.places(found, at) if found.state == "started" else (),
        drawn=labels.drawn(found, name, mark),
        pictures=queries.pictures_of(found),
        amended=cocktails.amendments(found.cocktail_id),
        later=queries.after_record_of_session(found.id),
        all_drawn=labels.all_drawn(found, mark) if found.state == "closed" else [],
        **(_planned(found, at) if found.state == "closed" else {}),
        points=given.get("points") or _next_points(found, name),
        **forms,
    )


def _planned(session: Any, at: datetime) -> dict[str, Any]:
    """The appointment that a session kept, and the course it counts towards, with what is due next."""
    told: dict[str, Any] = {"kept": patients.kept_by(f"session:{session.id}"), "due": labels.window_words}
    key = entries.course_of(session.cocktail_id)
    rows = [row for row in patients.courses_of(session.patient_id) if row.id == key]
    booked, zone = patients.booked_for([row.id for row in rows], at), ZoneInfo(g.site.zone)
    told["course"] = next(iter(labels.course_lines(rows, courses.counts(rows), at, zone, booked)), None)
    return told


def label_of(form: Any) -> str:
    """The code on the label: scanned, or typed as it is printed."""
    typed = str(form.label.data).strip().upper()
    if typed.startswith("C-"):
        return typed
    scan = form.label.read(day_of(clock.now(), g.site.zone))
    return scan.own or typed


def _asked_picture(form: Form | None) -> str:
    return str(form["map"].data) if form is not None else request.args.get("map", "")


def _next_points(session: Any, name: str) -> PointsForm:
    """A fresh form that goes on as the last points were given."""
    return PointsForm(formdata=None, data={"map": name, **labels.as_before(session)})
