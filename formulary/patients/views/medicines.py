"""What a patient takes: noted, put right, and the question asked."""

from datetime import datetime
from typing import Any

from flask import flash, g, redirect, url_for
from werkzeug.wrappers import Response

from formulary.accounts import Permission, requires
from formulary.catalogue import queries as catalogue
from formulary.db import Missing, retried
from formulary.patients import actions, guards, labels, queries
from formulary.patients.forms import CloseMedicineForm, MedicineForm, TakesForm, WhyForm
from formulary.patients.views.room import Answer, bp, done, page, today
from formulary.web.forms import Form


@bp.route("/<id:patient_id>/medicines", methods=["GET", "POST"])
@requires(Permission.EDIT_PATIENTS)
@retried
def medicines(patient_id: int) -> Answer:
    """What the patient takes and took, with wash-outs; note another one."""
    found, form = guards.opened(patient_id), _form()
    if form.validate_on_submit() and _note(found, form):
        flash("It is on the list.")
        return _to_list(found.id)
    return _list(found, form)


@bp.post("/<id:patient_id>/medicines/asked")
@requires(Permission.EDIT_PATIENTS)
@retried
def takes(patient_id: int) -> Answer:
    """Record that the patient was asked: nothing is taken, or the list is complete."""
    found, form = guards.opened(patient_id), TakesForm()
    none = form.answer.data == "none"
    if form.validate_on_submit() and done(
        form,
        "patients.review_medicines",
        lambda at: actions.review_medicines(found.id, takes_none=none, at=at, by=g.actor, key=form.key),
    ):
        flash("Asked: takes nothing." if none else "Asked: the list is complete.")
        return redirect(url_for("patients.patient", patient_id=found.id))
    blank = _form(blank=True)
    blank.add_findings(form.findings)
    return _list(found, blank)


@bp.route("/<id:patient_id>/medicines/<id:medicine_id>", methods=["GET", "POST"])
@requires(Permission.EDIT_PATIENTS)
@retried
def put_right(patient_id: int, medicine_id: int) -> Answer:
    """Put an entry right by a newer one; the first stays on record."""
    found, row = _open_entry(patient_id, medicine_id)
    form = _form(obj=row)
    if form.validate_on_submit() and _note(found, form, row.id):
        flash("The entry is put right; the first one stays on record.")
        return _to_list(found.id)
    return page("medicine", found, form, row=row)


@bp.route("/<id:patient_id>/medicines/<id:medicine_id>/mistake", methods=["GET", "POST"])
@requires(Permission.EDIT_PATIENTS)
@retried
def mistaken(patient_id: int, medicine_id: int) -> Answer:
    """Say that an entry is a mistake: nothing of the kind is taken."""
    found, row = _open_entry(patient_id, medicine_id)
    form = WhyForm()
    if form.validate_on_submit() and done(
        form,
        "patients.mistaken_medicine",
        lambda at: actions.mistaken_medicine(
            row.id, found.id, **form.values(), at=at, by=g.actor, key=form.key
        ),
    ):
        flash("The entry is off the list; it stays on record.")
        return _to_list(found.id)
    return page("mistaken_medicine", found, form, row=row)


@bp.route("/<id:patient_id>/medicines/<id:medicine_id>/close", methods=["GET", "POST"])
@requires(Permission.PRESCRIBE)
@retried
def close_medicine(patient_id: int, medicine_id: int) -> Answer:
    """Say of an entry in words alone that it does not matter from a day on."""
    found, row = _open_entry(patient_id, medicine_id)
    form = CloseMedicineForm(data={"closed_on": today()})
    if form.validate_on_submit() and done(
        form,
        "patients.close_medicine",
        lambda at: actions.close_medicine(row.id, found.id, **form.values(), at=at, by=g.actor, key=form.key),
    ):
        flash(f"{row.name} is closed; it stays on the list with your reason.")
        return _to_list(found.id)
    return page("close_medicine", found, form, row=row)


def _form(obj: Any = None, *, blank: bool = False) -> MedicineForm:
    """The form with the kinds offered; `obj` is the entry that it puts right."""
    form = MedicineForm(formdata=None) if blank else MedicineForm(**_shown(obj))
    form.offer(catalogue.medicine_kinds())
    return form


def _shown(row: Any) -> dict[str, Any]:
    """What the fields of the form begin with."""
    if row is None:
        return {}
    told = ("name", "choice", "taking", "last_taken_on", "started_on", "remark")
    return {"kind": row.kind_id} | {name: getattr(row, name) for name in told}


def _note(patient: Any, form: MedicineForm, replaces_id: int | None = None) -> Any:
    def act(at: datetime) -> Any:
        told = {"replaces_id": replaces_id, "at": at, "by": g.actor, "key": form.key}
        return actions.note_medicine(patient.id, form.taken, **told)

    return done(form, "patients.note_medicine", act)


def _list(patient: Any, form: MedicineForm) -> Answer:
    shown = {"told": labels.told_of_medicines(patient.id, today()), "button_key": Form(formdata=None).key}
    return page("medicines", patient, form, may_close=g.actor.may(Permission.PRESCRIBE), **shown)


def _open_entry(patient_id: int, medicine_id: int) -> tuple[Any, Any]:
    """The patient and an entry that stands; 404 for one that was put right."""
    found = guards.opened(patient_id)
    row = queries.medicine(medicine_id, found.id)
    if queries.is_replaced(row):
        raise Missing(f"Entry {medicine_id} was put right")
    return found, row


def _to_list(patient_id: int) -> Response:
    return redirect(url_for("patients.medicines", patient_id=patient_id))
