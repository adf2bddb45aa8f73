"""Allergies: found in the catalogue, noted, ended; and the question asked."""

from typing import Any

from flask import flash, g, request

from formulary.accounts import Permission, requires
from formulary.db import Missing, retried
from formulary.patients import actions, guards, queries
from formulary.patients.forms import AllergyForm, AskedForm, WhyForm
from formulary.patients.views.room import Answer, bp, chart, done, page, to_chart


@bp.route("/<id:patient_id>/allergies", methods=["GET", "POST"])
@requires(Permission.EDIT_PATIENTS)
@retried
def allergies(patient_id: int) -> Answer:
    """Note an allergy: type any part of a name, choose what it stands for, say how bad it was."""
    found, form = guards.opened(patient_id), AllergyForm()
    offered = queries.substances(form.what.data or "") if form.is_submitted() else []
    form.offer(offered)
    if form.is_submitted() and "find" not in request.form and _complete(form) and _note(found, form, offered):
        flash("The allergy is on the list.")
        return to_chart(found.id)
    return page("allergies", found, form, offered=offered)


@bp.post("/<id:patient_id>/allergies/asked")
@requires(Permission.EDIT_PATIENTS)
@retried
def asked(patient_id: int) -> Answer:
    """Record that the patient was asked: none known, or the list is complete."""
    found, form = guards.opened(patient_id), AskedForm()
    none_known = form.answer.data == "none_known"
    if form.validate_on_submit() and done(
        form,
        "patients.review_allergies",
        lambda at: actions.review_allergies(found.id, none_known=none_known, at=at, by=g.actor, key=form.key),
    ):
        flash("Asked: none known." if none_known else "Asked: the list is complete.")
        return to_chart(found.id)
    return chart(found, form)


@bp.route("/<id:patient_id>/allergies/<id:allergy_id>/end", methods=["GET", "POST"])
@requires(Permission.EDIT_PATIENTS)
@retried
def end(patient_id: int, allergy_id: int) -> Answer:
    """End an allergy with a reason; it stays on record."""
    found, form = guards.opened(patient_id), WhyForm()
    row = queries.allergy(allergy_id, found.id)
    if row.ended_at is not None and not form.is_submitted():
        raise Missing(f"Allergy {allergy_id} was ended")
    if form.validate_on_submit() and done(
        form,
        "patients.end_allergy",
        lambda at: actions.end_allergy(allergy_id, found.id, **form.values(), at=at, by=g.actor),
    ):
        flash("The allergy is ended; it stays on record.")
        return to_chart(found.id)
    return page("end", found, form, allergy=row)


def _complete(form: AllergyForm) -> bool:
    """Whether everything is answered; the two choices are asked for only when one wants to save."""
    sound: bool = form.validate_on_submit()
    for field in (form.stands_for, form.severity):
        if not field.data:
            field.errors = [*field.errors, f"{field.label.text}: choose one."]
            sound = False
    return sound


def _note(patient: Any, form: AllergyForm, offered: list[queries.Substance]) -> Any:
    told = form.values("what", "stands_for") | form.chosen(offered)
    return done(
        form,
        "patients.add_allergy",
        lambda at: actions.add_allergy(patient.id, **told, at=at, by=g.actor, key=form.key),
    )
