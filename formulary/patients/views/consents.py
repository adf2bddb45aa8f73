"""Consents: recorded in their version, and withdrawn."""

from flask import flash, g

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.accounts import queries as accounts
from formulary.db import retried
from formulary.patients import actions, guards, queries
from formulary.patients.forms import ConsentForm, WhyForm
from formulary.patients.views.room import Answer, bp, done, page, to_chart


@bp.route("/<id:patient_id>/consents", methods=["GET", "POST"])
@requires(Permission.EDIT_PATIENTS)
@retried
def consent(patient_id: int) -> Answer:
    """Record a consent; the version that is current here is filled in."""
    found, form = guards.opened(patient_id), ConsentForm()
    policy = accounts.policy(g.site.id, "consent", clock.now())
    if not form.is_submitted():
        current = policy or {}
        form.procedure.data = current.get("procedure", "mesotherapy")
        form.version.data = current.get("version", "")
    if form.validate_on_submit() and done(
        form,
        "patients.record_consent",
        lambda at: actions.record_consent(found.id, **form.values(), at=at, by=g.actor, key=form.key),
    ):
        flash("The consent is on record.")
        return to_chart(found.id)
    return page("consent", found, form, policy=policy)


@bp.route("/<id:patient_id>/consents/<id:consent_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.EDIT_PATIENTS)
@retried
def withdraw(patient_id: int, consent_id: int) -> Answer:
    """Record that the patient withdrew a consent."""
    found, form = guards.opened(patient_id), WhyForm()
    row = queries.consent(consent_id, found.id)
    if form.validate_on_submit() and done(
        form,
        "patients.withdraw_consent",
        lambda at: actions.withdraw_consent(consent_id, found.id, **form.values(), at=at, by=g.actor),
    ):
        flash("The consent is withdrawn.")
        return to_chart(found.id)
    return page("withdraw", found, form, consent=row)
