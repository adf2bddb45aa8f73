"""The steps of a case, each on a page that says what it does before it does it."""

from collections.abc import Callable
from typing import Any

from flask import flash, g
from werkzeug.wrappers import Response

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.accounts.guards import own_secret
from formulary.db import Missing, retried
from formulary.recalls import actions, labels, queries
from formulary.recalls.forms import CloseForm, ExplainForm, ReasonForm, StepForm
from formulary.recalls.views.room import Page, bp, done, page, to_case
from formulary.rules.findings import Refused
from formulary.web.forms import Form

STEPS: dict[str, tuple[Callable[..., Any], type[Form], str]] = {
    "open": (actions.open_case, StepForm, "The list is frozen."),
    "contain": (actions.contain, StepForm, "Its lots are stopped; what was met is listed below."),
    "add": (actions.add_differences, StepForm, "The differences are on the list, marked as added."),
    "notify": (actions.notify, StepForm, "The patients are notified, as far as its level asks."),
    "reconcile": (actions.reconcile, StepForm, "The balance is reconciled."),
    "close": (actions.close, CloseForm, "The case is closed."),
    "reopen": (actions.reopen, ReasonForm, "The case is open again."),
    "file": (actions.file_drill, StepForm, "The drill is filed."),
    "release": (actions.release_holds, ReasonForm, "Its holds are released; those of other cases stand."),
}


@bp.route(
    "/cases/<id:case_id>/<any(open,contain,add,notify,reconcile,close,reopen,release,file):step>",
    methods=["GET", "POST"],
)
@requires(Permission.RECALL_CASES)
@retried
def step(case_id: int, step: str) -> Page:
    """Take a step, after the page has said what it will do."""
    row = queries.case(case_id)
    act, kind, said = STEPS[step]
    form = kind()
    if form.validate_on_submit() and done(
        form,
        f"recalls.{step}",
        lambda at: act(case_id, **form.values(), at=at, by=g.actor, key=form.key),
    ):
        flash(said)
        return to_case(case_id)
    told = labels.case_told(row, at=clock.now(), by=g.actor)
    return page("case_step", form, row=row, told=told, step=step, verbs=labels.VERBS)


@bp.route("/cases/<id:case_id>/explain/<id:lot_id>", methods=["GET", "POST"])
@requires(Permission.RECALL_CASES)
@retried
def explain(case_id: int, lot_id: int) -> Page:
    """Sign for what of a lot is unaccounted for."""
    row, form = queries.case(case_id), ExplainForm()
    sheets = [one for one in queries.sheet_of(row, queries.lots_in(case_id)) if one.lot.id == lot_id]
    if not sheets:
        raise Missing(f"No lot {lot_id} in case {case_id}")
    if form.validate_on_submit() and (answered := _signed(case_id, lot_id, form)):
        return answered
    return page("case_explain", form, row=row, sheet=sheets[0])


def _signed(case_id: int, lot_id: int, form: ExplainForm) -> Response | None:
    try:
        by = own_secret(form.secret.data, at=clock.now(), field=form.secret.name)
    except Refused as refusal:
        form.add_findings(refusal.findings)
        return None
    told = {"reason": form.reason.data, "by": by, "key": form.key}
    if not done(form, "recalls.explain", lambda at: actions.explain(case_id, lot_id, **told, at=at)):
        return None
    flash("The difference is explained and signed.")
    return to_case(case_id)
