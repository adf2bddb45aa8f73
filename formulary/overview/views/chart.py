"""The chart of one patient on one page."""

from zoneinfo import ZoneInfo

from flask import g, render_template

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.db import retried
from formulary.overview import labels, queries
from formulary.overview.views.room import Page, bp, may_open
from formulary.patients import guards
from formulary.patients import queries as patients
from formulary.patients.labels import summary


@bp.get("/patients/<id:patient_id>/chart")
@requires(Permission.SEE_PATIENTS)
@retried
def chart(patient_id: int) -> Page:
    """Everything on record: the timeline, lots, doses against limits, tests, what is due next."""
    patient, at = guards.opened(patient_id, "overview.chart"), clock.now()
    g.room = "patients"
    record = queries.record(patient.id, at)
    booked = patients.booked_for([row.id for row in record.courses], at)
    weight = next((row.quantity for row, _ in record.weights), None)
    routes = {session.id: route for session, _, _, route, _ in record.sessions}
    lines = labels.dose_lines(record.exposures, routes, weight, at)
    return render_template(
        "overview/chart.html",
        patient=patient,
        summary=summary(patient, by=g.actor, at=at),
        chart=labels.chart(record, booked, at, ZoneInfo(g.site.zone)),
        doses=lines,
        picture=labels.dose_picture(lines),
        may_open=may_open,
    )
