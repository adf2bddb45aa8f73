"""Registering a patient, the patient's page, and editing who it is."""

from flask import flash, g, redirect, render_template, url_for

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.db import retried
from formulary.patients import actions, guards, labels
from formulary.patients.forms import AdmitForm, PatientForm, RegisterForm
from formulary.patients.views.room import Answer, bp, chart, done, page, to_chart


@bp.route("/register", methods=["GET", "POST"])
@requires(Permission.EDIT_PATIENTS)
@retried
def register() -> Answer:
    """Register a patient; those who may be the same person are shown first."""
    form = RegisterForm()
    alike = _look_alikes(form)
    if form.validate_on_submit():
        made = done(
            form,
            "patients.register",
            lambda at: actions.register_patient(**form.values(), at=at, by=g.actor, key=form.key),
        )
        if made:
            flash(f"{made.code} is registered.")
            return to_chart(made.id)
    return render_template("patients/register.html", form=form, alike=alike), 422 if form.errors else 200


@bp.post("/admit")
@requires(Permission.EDIT_PATIENTS)
@retried
def admit() -> Answer:
    """Take a patient of another site into the care of this one; both identifiers are checked again."""
    form = AdmitForm()
    if not form.validate_on_submit():
        return redirect(url_for("patients.register"))
    told = form.values("patient")
    made = done(
        form,
        "patients.admit",
        lambda at: actions.admit_patient(form.patient.data or 0, **told, at=at, by=g.actor, key=form.key),
    )
    flash(f"{made.code} is in the care of this site too.")
    return to_chart(made.id)


@bp.get("/<id:patient_id>")
@requires(Permission.SEE_PATIENTS)
@retried
def patient(patient_id: int) -> Answer:
    """What this room holds of a patient, with what can be done beside each part."""
    return chart(guards.opened(patient_id), came_by=patient_id)


@bp.route("/<id:patient_id>/edit", methods=["GET", "POST"])
@requires(Permission.EDIT_PATIENTS)
@retried
def edit(patient_id: int) -> Answer:
    """Change who the patient is; a save from an older version of the page is refused."""
    found = guards.opened(patient_id)
    form = PatientForm(obj=found)
    if form.validate_on_submit():
        made = done(
            form,
            "patients.edit",
            lambda at: actions.edit_patient(
                found.id, **form.values(), version=form.version, at=at, by=g.actor
            ),
        )
        if made:
            flash(f"{made.code} is changed.")
            return to_chart(made.id)
    return page("edit", found, form)


def _look_alikes(form: RegisterForm) -> list[labels.LookAlike]:
    """Those who may be the person typed; each is one box of the field `others`."""
    if not (form.is_submitted() and form.name.data and form.born_on.data):
        form.others.choices = []
        return []
    found = labels.look_alikes(form.name.data, form.born_on.data, by=g.actor, at=clock.now())
    form.others.choices = [(str(one.patient_id), one.words) for one in found]
    return found
