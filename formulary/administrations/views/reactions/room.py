"""The blueprint of reactions, and what all its views do alike."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from formulary import clock
from formulary.administrations.queries import reactions as queries
from formulary.audit import log_access, record_refusal
from formulary.db import transaction
from formulary.patients import queries as patients
from formulary.patients.labels import summary
from formulary.rules.findings import Refused
from formulary.web.forms import Form

bp = Blueprint("reactions", __name__, url_prefix="/reactions")
Answer = tuple[str, int] | Response


def done(form: Form, what: str, act: Callable[[datetime], Any]) -> Any:
    """The row that an act made in its own transaction, or None where refused: the form then says why."""
    try:
        with transaction():
            return act(clock.now())
    except Refused as refusal:
        record_refusal(what, refusal, by=g.actor)
        form.add_findings(refusal.findings)
        return None


def page(
    template: str, patient: Any, form: Form | None = None, *, wrong: bool = False, **context: Any
) -> Answer:
    """A page about a patient's reaction, with the banner; 422 where the form says something or `wrong`."""
    context["summary"] = summary(patient, by=g.actor, at=clock.now())
    answered = render_template(
        f"reactions/{template}.html", patient=patient, form=form, wrong=wrong, **context
    )
    return answered, 422 if wrong or (form is not None and form.errors) else 200


def opened(reaction_id: int, what: str) -> tuple[Any, Any]:
    """A reaction and its patient, for whoever may see them; that it was looked at is noted."""
    at = clock.now()
    with transaction():
        row = queries.reaction(reaction_id, by=g.actor, at=at)
        patient = patients.patient(row.patient_id, by=g.actor, at=at)
        log_access(what, by=g.actor, at=at, subject=patient, patients=1)
    return row, patient


def to_reaction(reaction_id: int) -> Response:
    """Back to the reaction's page."""
    return redirect(url_for("reactions.reaction", reaction_id=reaction_id))


def zone() -> ZoneInfo:
    """The zone of the site."""
    return ZoneInfo(g.site.zone)
