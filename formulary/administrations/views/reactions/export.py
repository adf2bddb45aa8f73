"""One reaction as a file for the authority."""

import json
from datetime import datetime
from typing import Any

from flask import Response as File
from flask import g
from werkzeug.wrappers import Response

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.administrations.forms import ExportForm
from formulary.administrations.labels import reactions as labels
from formulary.administrations.queries import reactions as queries
from formulary.administrations.views.reactions.pages import reaction_page
from formulary.administrations.views.reactions.room import Answer, bp, opened
from formulary.audit import record
from formulary.db import retried, transaction
from formulary.web import pdf


@bp.post("/<id:reaction_id>/export")
@requires(Permission.SEE_PATIENTS)
@retried
def export(reaction_id: int) -> Answer:
    """The reaction as PDF or JSON; name and free text go along only where ticked, and the trail says so."""
    row, patient = opened(reaction_id, "reactions.export")
    form, at = ExportForm(), clock.now()
    if not form.validate_on_submit():
        return reaction_page(row, patient, export=form)
    with_name = bool(form.with_name.data)
    treatment = queries.treatment_of(row, by=g.actor, at=at)
    told = labels.exported(row, treatment, patient, with_name=with_name, at=at)
    with transaction():
        new = {"shape": form.shape.data, "with_name": with_name, "report": row.report_number}
        record("reactions.export", row, by=g.actor, at=at, new=new)
    return _json(told, row.code) if form.shape.data == "json" else _pdf(told, row.code)


def _json(told: dict[str, Any], code: str) -> Response:
    answered = File(json.dumps(told, indent=2, ensure_ascii=False), mimetype="application/json")
    answered.headers.set("Content-Disposition", "attachment", filename=f"reaction-{code}.json")
    return answered


def _pdf(told: dict[str, Any], code: str) -> Response:
    instant = datetime.fromisoformat
    return pdf.answer(pdf.render("reactions/export.html", told=told, instant=instant), f"reaction-{code}.pdf")
