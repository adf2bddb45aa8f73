"""Contraindications: asking, and asking again."""

from flask import flash, g

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.db import retried
from formulary.patients import actions, guards, labels, queries
from formulary.patients.forms import ConditionsForm
from formulary.patients.views.room import Answer, bp, chart, done, page, to_chart
from formulary.web.forms import Form


@bp.route("/<id:patient_id>/conditions", methods=["GET", "POST"])
@requires(Permission.EDIT_PATIENTS)
@retried
def conditions(patient_id: int) -> Answer:
    """Ask the questions; what is left open stays as it was."""
    found, form = guards.opened(patient_id), ConditionsForm()
    form.ask(queries.condition_kinds())
    if form.validate_on_submit() and done(
        form,
        "patients.answer_conditions",
        lambda at: actions.answer_conditions(
            found.id, answers=form.answers(), at=at, by=g.actor, key=form.key
        ),
    ):
        flash("The answers are on record.")
        return to_chart(found.id)
    lines = {line.kind.id: line for line in labels.condition_lines(found.id, clock.now())}
    return page("conditions", found, form, lines=lines)


@bp.post("/<id:patient_id>/conditions/confirm")
@requires(Permission.EDIT_PATIENTS)
@retried
def confirm(patient_id: int) -> Answer:
    """Record that the patient was asked again and nothing has changed."""
    found, form = guards.opened(patient_id), Form()
    if form.validate_on_submit() and done(
        form,
        "patients.answer_conditions",
        lambda at: actions.confirm_conditions(found.id, at=at, by=g.actor, key=form.key),
    ):
        flash("Asked again: nothing has changed.")
        return to_chart(found.id)
    return chart(found, form)
