"""Finding a patient, and the list of those in the site's care."""

from typing import Any

from flask import g, redirect, render_template, request, url_for

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.db import retried
from formulary.patients import guards, queries
from formulary.patients.forms import FindForm
from formulary.patients.views.room import Answer, bp
from formulary.web.paging import Window


@bp.get("/")
@requires(Permission.SEE_PATIENTS)
@retried
def index() -> Answer:
    """The patients of the site, newest registered first, and the search."""
    window, by = Window.of(request.args), g.actor
    rows = guards.seen("patients.list", lambda: queries.listed(window, by=by))
    return _listed(FindForm(), rows)


@bp.post("/")
@requires(Permission.SEE_PATIENTS)
@retried
def search() -> Answer:
    """What the search finds; it is a POST, so that no name stands in an address.

    A wristband opens its patient: a scan does the same in the box as beside it.
    """
    form = FindForm()
    if not form.validate_on_submit():
        return render_template("patients/index.html", form=form, patients=[], merged={}, searched=True), 422
    asked, by, at = (form.wanted, form.born_on.data), g.actor, clock.now()
    rows = guards.seen("patients.search", lambda: queries.found(*asked, by=by, at=at), form.told())
    if form.wristband and len(rows) == 1:
        return redirect(url_for("patients.patient", patient_id=rows[0].id), code=303)
    return _listed(form, rows, searched=True)


def _listed(form: FindForm, rows: Any, *, searched: bool = False) -> Answer:
    """The patients, each with the codes of what was merged into it."""
    merged = queries.merged_into(row.id for row in rows)
    told = {"form": form, "patients": rows, "merged": merged, "searched": searched}
    return render_template("patients/index.html", **told), 200
