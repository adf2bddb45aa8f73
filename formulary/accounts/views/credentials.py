"""Credentials of a person: recorded and ended by an administrator."""

from flask import g, render_template
from werkzeug.wrappers import Response

from formulary import clock
from formulary.accounts import Permission, actions, queries, requires
from formulary.accounts.forms import CredentialForm, ReasonForm
from formulary.accounts.views.people import back
from formulary.accounts.views.room import bp, refused
from formulary.db import Missing, retried, transaction
from formulary.rules.findings import Refused


@bp.route("/people/<id:user_id>/credentials/add", methods=["GET", "POST"])
@requires(Permission.MANAGE_CLINIC)
@retried
def add_credential(user_id: int) -> Response | tuple[str, int]:
    """Record what entitles somebody to prescribe, prepare or inject."""
    user, form = queries.user(user_id), CredentialForm()
    if form.validate_on_submit():
        try:
            with transaction():
                told = form.values()
                actions.record_credential(user.person_id, **told, at=clock.now(), by=g.actor, key=form.key)
        except Refused as refusal:
            refused("accounts.record_credential", refusal, form)
        else:
            return back(user_id, "The credential is on record.")
    return render_template("accounts/add_credential.html", form=form, user=user), 422 if form.errors else 200


@bp.route("/people/<id:user_id>/credentials/<id:credential_id>/end", methods=["GET", "POST"])
@requires(Permission.MANAGE_CLINIC)
@retried
def end_credential(user_id: int, credential_id: int) -> Response | tuple[str, int]:
    """Let a credential count no more."""
    user, row, form = queries.user(user_id), queries.credential(credential_id), ReasonForm()
    if row.person_id != user.person_id:
        raise Missing(f"No credential {credential_id} of this person")
    if form.validate_on_submit():
        try:
            with transaction():
                told = form.values()
                actions.end_credential(credential_id, **told, at=clock.now(), by=g.actor, key=form.key)
        except Refused as refusal:
            refused("accounts.end_credential", refusal, form)
        else:
            return back(user_id, "The credential counts no more.")
    page = render_template("accounts/end_credential.html", form=form, user=user, row=row)
    return page, 422 if form.errors else 200
