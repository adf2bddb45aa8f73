"""What the pages of courses, appointments and after-care do alike."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import g, render_template
from werkzeug.wrappers import Response

from formulary import clock
from formulary.audit import record_refusal
from formulary.db import transaction
from formulary.patients.labels import summary
from formulary.rules.findings import Refused
from formulary.web.forms import Form

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


def page(template: str, patient: Any, form: Form | None = None, **context: Any) -> Answer:
    """A page about a patient, with the banner; 422 where the form has something to say."""
    context["summary"] = summary(patient, by=g.actor, at=clock.now())
    answered = render_template(f"{template}.html", patient=patient, form=form, **context)
    return answered, 422 if form is not None and form.errors else 200


def zone() -> ZoneInfo:
    """The zone of the site."""
    return ZoneInfo(g.site.zone)
