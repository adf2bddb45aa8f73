"""One's own account: sessions, password, and who may do what."""

from flask import current_app, flash, g, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response

from formulary import clock
from formulary.accounts import Permission, actions, guards, queries, requires
from formulary.accounts.forms import PasswordForm
from formulary.accounts.labels import credential_lines
from formulary.accounts.permissions import ALLOWED, Role
from formulary.accounts.views.room import bp, refused
from formulary.db import retried, transaction
from formulary.rules.findings import Refused
from formulary.web.forms import Form


@bp.get("/me")
@requires(Permission.USE_THE_APP)
def me() -> str:
    """Who one is here, and every browser one is signed in with."""
    idle = current_app.extensions["formulary"].idle
    return render_template(
        "accounts/me.html",
        form=Form(),
        here=guards.session_id(),
        sessions=queries.sessions_of(g.actor.user_id, clock.now(), idle),
        roles=queries.roles_of(g.actor.user_id),
        places=queries.sites_of(g.actor.user_id),
        credentials=credential_lines(g.actor.person_id, g.site, clock.now()),
    )


@bp.post("/sessions/<id:session_id>/end")
@requires(Permission.USE_THE_APP, also_read_only=True)
@retried
def end_session(session_id: int) -> Response:
    """End one's own session in another browser or, as an administrator, anybody's."""
    with transaction():
        row = queries.session(session_id)
        if row.user_id != g.actor.user_id:
            g.actor.must(Permission.MANAGE_CLINIC)
        actions.end_session(row, at=clock.now(), by=g.actor)
    flash("The session is ended.")
    is_mine = row.user_id == g.actor.user_id
    return redirect(
        url_for("accounts.me") if is_mine else url_for("accounts.person", user_id=row.user_id), 303
    )


@bp.route("/password", methods=["GET", "POST"])
@requires(Permission.USE_THE_APP, also_read_only=True)
@retried
def password() -> Response | tuple[str, int]:
    """Take another password; every other session ends."""
    form = PasswordForm()
    if form.validate_on_submit():
        at = clock.now()
        try:
            guards.own_secret(form.secret.data, at=at)
            with transaction():
                actions.change_password(queries.user(g.actor.user_id), form.password.data, at=at, by=g.actor)
                opened = actions.renew(guards.session_id(), at=at, by=g.actor)
        except Refused as refusal:
            refused("accounts.change_password", refusal, form)
        else:
            answer = guards.keep_session(make_response(redirect(url_for("accounts.me"), 303)), opened)
            flash("Your password is changed. You are signed out everywhere else.")
            return answer
    return render_template("accounts/password.html", form=form), 422 if form.errors else 200


@bp.get("/rights")
@requires(Permission.USE_THE_APP)
def rights() -> str:
    """Which role may do what: the table that the app itself goes by."""
    rows = [(permission.value, [role in allowed for role in Role]) for permission, allowed in ALLOWED.items()]
    return render_template("accounts/rights.html", rows=rows, roles=list(Role))
