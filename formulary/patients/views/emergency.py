"""Emergency access to a patient of another site, and the list on which it is reviewed."""

from flask import flash, g, redirect, render_template, url_for

from formulary.accounts import Permission, requires
from formulary.db import retried
from formulary.patients import actions, queries
from formulary.patients.forms import EmergencyForm
from formulary.patients.views.room import Answer, bp, done, to_chart
from formulary.web.forms import Form


@bp.route("/emergency", methods=["GET", "POST"])
@requires(Permission.SEE_PATIENTS)
@retried
def emergency() -> Answer:
    """Open the record of a patient of another site: two identifiers, a reason, an hour."""
    form = EmergencyForm()
    if form.validate_on_submit():
        made = done(
            form,
            "patients.break_glass",
            lambda at: actions.break_glass(**form.values(), at=at, by=g.actor, key=form.key),
        )
        if made:
            flash("The record is open for an hour. This access goes to the review list.")
            return to_chart(made.patient_id)
    return render_template("patients/emergency.html", form=form), 422 if form.errors else 200


@bp.get("/emergencies")
@requires(Permission.READ_AUDIT)
def emergencies() -> Answer:
    """Every emergency access, the open ones first; one's own where one may not read all acts."""
    may_review = g.actor.may(Permission.MANAGE_CLINIC)
    rows = queries.emergencies(by=g.actor)
    return render_template("patients/emergencies.html", rows=rows, form=Form(), may_review=may_review), 200


@bp.post("/emergencies/<id:emergency_id>/review")
@requires(Permission.MANAGE_CLINIC)
@retried
def review(emergency_id: int) -> Answer:
    """Mark an emergency access as reviewed."""
    form = Form()
    if form.validate_on_submit() and done(
        form,
        "patients.review_emergency",
        lambda at: actions.review_emergency(emergency_id, at=at, by=g.actor),
    ):
        flash("Reviewed.")
        return redirect(url_for("patients.emergencies"))
    rows = queries.emergencies(by=g.actor)
    return render_template("patients/emergencies.html", rows=rows, form=form, may_review=True), 422
