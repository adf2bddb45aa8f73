"""Recording a reaction after a session or a patch test, correcting it, withdrawing it, following it up."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import flash, g

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.administrations.actions import reactions as actions
from formulary.administrations.forms import CorrectReactionForm, FollowUpForm, ReactionForm, WithdrawForm
from formulary.administrations.labels import reactions as labels
from formulary.administrations.queries import reactions as queries
from formulary.administrations.views.reactions.pages import reaction_page
from formulary.administrations.views.reactions.room import Answer, bp, done, opened, page, to_reaction, zone
from formulary.db import retried
from formulary.patients import guards
from formulary.web import takes_up_to

READ_TO_ITS_END = 48 * 1024 * 1024
"""So many bytes are taken in, beyond what a photo may have: a photo that is too large is then refused at its
field, and what was typed beside it stays."""


@bp.route("/after-session/<id:administration_id>", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
@takes_up_to(READ_TO_ITS_END)
@retried
def after_session(administration_id: int) -> Answer:
    """Record what was felt after a session, or in one that is under way."""
    treatment = queries.after_session(administration_id, by=g.actor, at=clock.now())

    def act(form: ReactionForm, at: datetime) -> Any:
        told = {"photo": form.photo.data or b"", "at": at, "by": g.actor}
        return actions.record_after_session(administration_id, form.felt(), **told, key=form.key)

    return _record(treatment, act)


@bp.route("/after-test/<id:test_id>", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
@takes_up_to(READ_TO_ITS_END)
@retried
def after_test(test_id: int) -> Answer:
    """Record what was felt after a patch test, beside its readings."""
    treatment = queries.after_test(test_id, by=g.actor, at=clock.now())

    def act(form: ReactionForm, at: datetime) -> Any:
        told = {"photo": form.photo.data or b"", "at": at, "by": g.actor}
        return actions.record_after_test(test_id, form.felt(), **told, key=form.key)

    return _record(treatment, act)


@bp.route("/<id:reaction_id>/correct", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
@takes_up_to(READ_TO_ITS_END)
@retried
def correct(reaction_id: int) -> Answer:
    """Correct what was said by a further report; the earlier ones stay on record."""
    row, patient = opened(reaction_id, "reactions.correct")
    form = CorrectReactionForm(obj=row, **_said(row))
    form.offer(queries.kinds())

    def act(at: datetime) -> Any:
        told = {"reason": form.reason.data, "version": form.version, "at": at, "by": g.actor}
        return actions.correct_reaction(
            reaction_id, form.felt(), photo=form.photo.data or b"", **told, key=form.key
        )

    if form.validate_on_submit() and done(form, "reactions.correct", act):
        flash(f"{row.code} is corrected; what was said before stays on record.")
        return to_reaction(reaction_id)
    line = labels.lines([row], zone(), clock.now())[0]
    return page("correct", patient, form, line=line, terms=labels.TERMS)


@bp.route("/<id:reaction_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.ADMINISTER)
@retried
def withdraw(reaction_id: int) -> Answer:
    """Withdraw what was recorded by mistake; it stays on record and counts nowhere."""
    row, patient = opened(reaction_id, "reactions.withdraw")
    form = WithdrawForm(obj=row)

    def act(at: datetime) -> Any:
        told = {"reason": form.reason.data, "version": form.version, "at": at, "by": g.actor}
        return actions.withdraw_reaction(reaction_id, **told, key=form.key)

    if form.validate_on_submit() and done(form, "reactions.withdraw", act):
        flash(f"{row.code} is withdrawn; it stays on record.")
        return to_reaction(reaction_id)
    return page("withdraw", patient, form, line=labels.lines([row], zone(), clock.now())[0])


@bp.post("/<id:reaction_id>/follow-up")
@requires(Permission.ADMINISTER)
@takes_up_to(READ_TO_ITS_END)
@retried
def follow_up(reaction_id: int) -> Answer:
    """Record how it stands, and when somebody looks again."""
    row, patient = opened(reaction_id, "reactions.follow_up")
    form = FollowUpForm(obj=row)

    def act(at: datetime) -> Any:
        told = form.values() | {"version": form.version, "at": at, "by": g.actor}
        return actions.follow_up(reaction_id, **told, key=form.key)

    if form.validate_on_submit() and done(form, "reactions.follow_up", act):
        flash("The follow-up is on record.")
        return to_reaction(reaction_id)
    return reaction_page(row, patient, form)


def _record(treatment: queries.Treatment, act: Callable[[ReactionForm, datetime], Any]) -> Answer:
    patient = guards.opened(treatment.patient_id, "reactions.record")
    form = ReactionForm()
    form.offer(queries.kinds())
    if form.validate_on_submit() and (row := done(form, "reactions.record", lambda at: act(form, at))):
        flash(f"{row.code} is on record.")
        return to_reaction(row.id)
    return page("record", patient, form, treatment=treatment, terms=labels.TERMS)


def _said(row: Any) -> dict[str, Any]:
    """What the last report says, for the form that corrects it; a follow-up that is set stays set."""
    names = ("onset", "onset_at", "severity", "serious", "serious_reason", "other", "remark")
    names += ("reported_by", "reporter", "told_at", "late_reason")
    said = {name: getattr(row.report, name) for name in names}
    return said | {"kinds": list(row.report.kind_ids), "follow_up_on": row.due_on}
