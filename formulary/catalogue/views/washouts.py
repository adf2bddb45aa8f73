"""Pages of the wash-outs: what sources say of each kind of medicine, and the clinic's own time."""

from typing import Any

from flask import flash, g, redirect, render_template, url_for

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.accounts import queries as accounts
from formulary.catalogue import actions, labels, queries
from formulary.catalogue.forms import ApproveForm, WashoutForm, WithdrawForm
from formulary.catalogue.views.acting import done, to_withdraw
from formulary.catalogue.views.room import Page, bp
from formulary.db import Missing, retried


@bp.get("/wash-outs")
@requires(Permission.USE_THE_APP)
def washouts() -> Page:
    """Every kind before a session or a test: what binds, and every source."""
    lines = labels.washout_lines(queries.medicine_kinds())
    return render_template("catalogue/washouts.html", lines=lines)


@bp.get("/wash-outs/<id:kind_id>/<before>")
@requires(Permission.USE_THE_APP)
def washout(kind_id: int, before: str) -> Page:
    """One kind before one thing: what is said, and every version of a time of our own."""
    return _washout(kind_id, before)


@bp.post("/wash-outs/<id:kind_id>/<before>")
@requires(Permission.AUTHOR)
@retried
def propose_washout(kind_id: int, before: str) -> Page:
    """Propose a time of the clinic's own for one kind before one thing."""
    form = WashoutForm()
    if form.validate_on_submit() and done(
        form,
        "catalogue.propose_washout",
        lambda by: actions.propose_washout(
            kind_id, before, **form.values(), at=clock.now(), by=by, key=form.key
        ),
    ):
        flash("It waits for another person's approval.")
        return redirect(url_for("catalogue.washout", kind_id=kind_id, before=before))
    return _washout(kind_id, before, propose=form), 422


@bp.post("/wash-outs/decisions/<id:decision_id>/approve")
@requires(Permission.APPROVE)
@retried
def approve_washout(decision_id: int) -> Page:
    """Answer for a time of the clinic's own with one's own password."""
    form, row = ApproveForm(), queries.washout_decision(decision_id)
    at, where = clock.now(), (row.kind_id, row.before)
    told = {"version": form.version, "at": at, "key": form.key}
    if form.validate_on_submit() and done(
        form,
        "catalogue.approve_washout",
        lambda by: actions.approve_washout(decision_id, **told, by=by),
        signed=True,
    ):
        flash("It is approved, and counts from now on.")
        return redirect(url_for("catalogue.washout", kind_id=where[0], before=where[1]))
    return _washout(*where, approve=form), 422


@bp.post("/wash-outs/decisions/<id:decision_id>/withdraw")
@requires(Permission.AUTHOR)
@retried
def withdraw_washout(decision_id: int) -> Page:
    """Take back or turn down what waits."""
    form, row = WithdrawForm(), queries.washout_decision(decision_id)
    where, told = (row.kind_id, row.before), {"version": form.version, "at": clock.now(), "key": form.key}
    if form.validate_on_submit() and done(
        form,
        "catalogue.withdraw_washout",
        lambda by: actions.withdraw_washout(decision_id, reason=form.reason.data, **told, by=by),
    ):
        flash("The proposal is withdrawn.")
        return redirect(url_for("catalogue.washout", kind_id=where[0], before=where[1]))
    return _washout(*where, withdraw=form), 422


def _washout(kind_id: int, before: str, **forms: Any) -> str:
    lines = labels.washout_lines([queries.medicine_kind(kind_id)])
    line = next((one for one in lines if one.before == before), None)
    if line is None:
        raise Missing(f"No wash-out of {kind_id} before {before}")
    people = (id_ for row in line.own for id_ in (row.author_id, row.approver_id) if id_ is not None)
    waits = line.waiting is not None
    return render_template(
        "catalogue/washout.html",
        line=line,
        labels=labels,
        names=accounts.person_names(people),
        form=forms.get("propose") or WashoutForm(formdata=None),
        approve=forms.get("approve") or ApproveForm(formdata=None, obj=line.waiting),
        withdraw=forms.get("withdraw") or to_withdraw(line.waiting),
        may_propose=line.may_decide and not waits and g.actor.may(Permission.AUTHOR),
        may_approve=waits and g.actor.may(Permission.APPROVE),
        may_withdraw=waits and g.actor.may(Permission.AUTHOR),
    )
