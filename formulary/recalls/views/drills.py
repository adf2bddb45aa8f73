"""Drills: their history, a new one, and the report of one for an inspector."""

from fractions import Fraction

from flask import Response, flash, g

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.db import content_hash, retried
from formulary.recalls import actions, queries
from formulary.recalls.forms import DrillForm
from formulary.recalls.views.room import Page, bp, done, page, to_case
from formulary.web import pdf

FINE = 2**32


@bp.get("/drills")
@requires(Permission.RECALL_LOOKUP)
def drills() -> Page:
    """What each drill took, the newest first."""
    return page("drills", rows=queries.drills())


@bp.route("/drills/new", methods=["GET", "POST"])
@requires(Permission.RECALL_CASES)
@retried
def new_drill() -> Page:
    """Start a drill: the stopwatch runs from the press of the button.

    Chance is the form's random key, so that a second press of the button draws the same lot.
    """
    form = DrillForm()
    chance = Fraction(int(content_hash(form.key.encode())[:8], 16), FINE)
    if form.validate_on_submit() and (
        made := done(
            form,
            "recalls.start_drill",
            lambda at: actions.start_drill(**form.values(), chance=chance, at=at, by=g.actor, key=form.key),
        )
    ):
        flash(f"The stopwatch runs. Drill {made.code}: {made.title}.")
        return to_case(made.id)
    return page("drill_new", form)


@bp.get("/drills/<id:case_id>/report.pdf")
@requires(Permission.RECALL_LOOKUP)
def drill_report(case_id: int) -> Response:
    """What a drill took, on a sheet; it names nobody."""
    drill = queries.drill(case_id)
    events, stopped = queries.events(case_id), queries.stopped(case_id)
    shown = {"drill": drill, "events": events, "stopped": stopped, "site": g.site, "at": clock.now()}
    printed = pdf.render("recalls/drill_print.html", **shown)
    return pdf.answer(printed, f"drill-{drill.case.code}.pdf")
