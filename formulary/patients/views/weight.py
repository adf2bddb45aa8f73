"""Weighing."""

from flask import flash, g

from formulary.accounts import Permission, requires
from formulary.db import retried
from formulary.patients import actions, guards
from formulary.patients.forms import WeightForm
from formulary.patients.views.room import Answer, bp, done, page, to_chart, today


@bp.route("/<id:patient_id>/weigh", methods=["GET", "POST"])
@requires(Permission.EDIT_PATIENTS)
@retried
def weigh(patient_id: int) -> Answer:
    """Record what the patient weighs, with the day."""
    found, form = guards.opened(patient_id), WeightForm()
    if not form.is_submitted():
        form.measured_on.data = today()
    if form.validate_on_submit() and done(
        form,
        "patients.weigh",
        lambda at: actions.record_weight(found.id, **form.values(), at=at, by=g.actor, key=form.key),
    ):
        flash("The weight is on record.")
        return to_chart(found.id)
    return page("weigh", found, form)
