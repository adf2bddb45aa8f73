"""Recording points, taking them back, what was done against pain, leaving a session, going on with it."""

from datetime import datetime

from flask import g

from formulary.accounts import Permission, requires
from formulary.administrations import actions
from formulary.administrations.forms import (
    AnaestheticForm,
    PauseForm,
    PointsForm,
    RemoveSiteForm,
    ResumeForm,
)
from formulary.administrations.views.page import Page, act, bp, label_of, page
from formulary.db import retried


@bp.post("/<id:administration_id>/points")
@requires(Permission.ADMINISTER)
@retried
def add_points(administration_id: int) -> Page:
    """Record points: one by one on a picture, of a whole area, or laid out in a grid."""
    form = PointsForm()

    def do(at: datetime) -> None:
        said = {"laid": form.laid(), "placed": form.placed.points, "picture": form.map.data}
        said |= {"paused_why": form.paused_why.data or ""}
        actions.add_points(administration_id, **said, how=form.how(), at=at, by=g.actor, key=form.key)

    return act(administration_id, form, "points", do)


@bp.post("/<id:administration_id>/sites/remove")
@requires(Permission.ADMINISTER)
@retried
def remove_site(administration_id: int) -> Page:
    """Take back a site entered by mistake, while the session is under way."""
    form = RemoveSiteForm()

    def do(at: datetime) -> None:
        actions.remove_site(administration_id, form.number.data or 0, at=at, by=g.actor, key=form.key)

    return act(administration_id, form, "remove", do)


@bp.post("/<id:administration_id>/anaesthetic")
@requires(Permission.ADMINISTER)
@retried
def note_anaesthetic(administration_id: int) -> Page:
    """Say what was done against the pain, and since when."""
    form = AnaestheticForm()

    def do(at: datetime) -> None:
        answers = form.values()
        actions.note_anaesthetic(administration_id, **answers, at=at, by=g.actor, key=form.key)

    return act(administration_id, form, "anaesthetic", do)


@bp.post("/<id:administration_id>/pause")
@requires(Permission.ADMINISTER)
@retried
def pause(administration_id: int) -> Page:
    """Leave a session for a while."""
    form = PauseForm()

    def do(at: datetime) -> None:
        actions.pause(administration_id, reason=form.why.data, at=at, by=g.actor, key=form.key)

    return act(administration_id, form, "pause", do, "The session is paused.")


@bp.post("/<id:administration_id>/resume")
@requires(Permission.ADMINISTER)
@retried
def resume(administration_id: int) -> Page:
    """Go on with a paused session: the label and the patient again, every check again."""
    form = ResumeForm()
    if form.reading:
        return page(administration_id, resume=form)

    def do(at: datetime) -> None:
        who = {"patient_code": form.patient_code.data, "born_on": form.born_on.data}
        label = label_of(form)
        actions.resume(administration_id, label=label, **who, at=at, by=g.actor, key=form.key)

    return act(administration_id, form, "resume", do, "The session goes on.")
