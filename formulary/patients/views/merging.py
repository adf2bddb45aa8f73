"""Two records of one person: the other is found by both identifiers, seen beside this one, then merged."""

from typing import Any

from flask import flash, g, request

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.db import retried
from formulary.patients import actions, guards, queries
from formulary.patients.forms import MergeForm
from formulary.patients.views.room import Answer, bp, done, page, to_chart


@bp.route("/<id:patient_id>/merge", methods=["GET", "POST"])
@requires(Permission.EDIT_PATIENTS)
@retried
def merge(patient_id: int) -> Answer:
    """Say that another record is of this person too; both are shown side by side before anything happens."""
    found, form = guards.opened(patient_id), MergeForm()
    other = _other(form, found)
    form.offer(found, other)
    sound = form.validate_on_submit() and _is_found(form, other)
    if sound and "find" not in request.form and form.is_complete() and (kept := _merge(form, found, other)):
        flash(f"One record now: {kept.code}. Every search for the other code leads to it.")
        return to_chart(kept.id)
    return page("merge", found, form, other=other if sound else None)


def _other(form: MergeForm, this: Any) -> Any:
    """The one other patient with these two identifiers whom this person may see; None for none or several."""
    if not (form.is_submitted() and form.identifier.data and form.born_on.data):
        return None
    rows = [row for row in queries.named(form.identifier.data, form.born_on.data) if row.id != this.id]
    seen = queries.seen_of((row.id for row in rows), by=g.actor, at=clock.now())
    return rows[0] if len(rows) == 1 and rows[0].id in seen else None


def _is_found(form: MergeForm, other: Any) -> bool:
    if other is None:
        told = "No single other patient whom you may see has this code or whole name with this date of birth."
        form.identifier.errors = [f"{told} Type the code of the other record."]
    return other is not None


def _merge(form: MergeForm, this: Any, other: Any) -> Any:
    kept, lost = (this, other) if form.keep.data == str(this.id) else (other, this)
    return done(
        form,
        "patients.merge",
        lambda at: actions.merge(
            lost.id, into_id=kept.id, reason=form.reason.data or "", at=at, by=g.actor, key=form.key
        ),
    )
