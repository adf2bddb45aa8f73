"""The blueprint of this room, and what all its views do alike."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask import Blueprint, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from formulary import clock
from formulary.accounts import queries as accounts
from formulary.audit import record_refusal
from formulary.db import transaction
from formulary.patients import labels, queries
from formulary.rules.findings import Refused
from formulary.web.forms import Form

bp = Blueprint("patients", __name__, url_prefix="/patients")
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
    context["summary"] = labels.summary(patient, by=g.actor, at=clock.now())
    answered = render_template(f"patients/{template}.html", patient=patient, form=form, **context)
    return answered, 422 if form is not None and form.errors else 200


def chart(patient: Any, form: Form | None = None, came_by: int | None = None) -> Answer:
    """The page of a patient; `form` is one of its buttons, where that was refused.

    `came_by` is the record that was asked for: the page says so where that was merged into this one.
    """
    at = clock.now()
    policy = accounts.policy(g.site.id, "consent", at)
    allergies = labels.allergy_lines(patient.id)
    conditions = labels.condition_lines(patient.id, at)
    striking, answered_no = labels.by_answer(conditions)
    return page(
        "patient",
        patient,
        form,
        weights=queries.weights(patient.id, at),
        allergies=allergies,
        some_stand=any(line.allergy.ended_at is None for line in allergies),
        review=queries.last_review(patient.id, at),
        striking=striking,
        answered_no=answered_no,
        all_asked=bool(conditions) and all(line.answer for line in conditions),
        consents=labels.consent_lines(patient.id, policy),
        consent_policy=policy,
        medicines=labels.told_of_medicines(patient.id, today()),
        button_key=Form(formdata=None).key,
        came_by=came_by,
    )


def to_chart(patient_id: int) -> Response:
    """Back to the patient's page."""
    return redirect(url_for("patients.patient", patient_id=patient_id))


def today() -> date:
    """The day it is at the site."""
    return accounts.day_at(g.site.id, clock.now())
