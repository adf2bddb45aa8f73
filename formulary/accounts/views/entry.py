"""The door: signing in, choosing the site, signing out."""

from flask import flash, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from formulary import clock
from formulary.accounts import Permission, actions, guards, public, queries, requires
from formulary.accounts.actions import Opened, Throttled
from formulary.accounts.forms import ChooseForm, SignInForm
from formulary.accounts.views.room import bp
from formulary.db import retried, transaction
from formulary.rules.findings import Refused
from formulary.web import fields as f
from formulary.web.links import local_path

Answer = Response | tuple[str, int] | tuple[str, int, dict[str, str]]


@bp.route("/sign-in", methods=["GET", "POST"])
@public
@retried
def sign_in() -> Answer:
    """Open a session, and go where the person wanted to go."""
    form = SignInForm()
    if form.validate_on_submit():
        try:
            opened = _opened(form)
        except Throttled as wait:
            form.add_findings(finding.at_field("password") for finding in wait.findings)
            page = render_template("accounts/sign_in.html", form=form)
            return page, 429, {"Retry-After": str(wait.seconds)}
        except Refused as refusal:
            form.add_findings(finding.at_field("password") for finding in refusal.findings)
        else:
            return guards.keep_session(make_response(redirect(_onwards(opened), 303)), opened)
    return render_template("accounts/sign_in.html", form=form), 422 if form.errors else 200


def _opened(form: SignInForm) -> Opened:
    at, address = clock.now(), request.remote_addr or ""
    name, secret = form.username.data, form.password.data
    proven = guards.account_with(name, secret, what="accounts.sign_in", at=at, address=address)
    with transaction():
        if g.actor:
            actions.sign_out(guards.session_id(), at=at, by=g.actor)
        agent = request.headers.get("User-Agent", "")
        return actions.sign_in(proven, secret, address=address, agent=agent, at=at)


def _onwards(opened: Opened) -> str:
    target = local_path(request.args.get("next"), "/")
    return url_for("accounts.choose", next=target) if opened.sites > 1 else target


@bp.route("/choose", methods=["GET", "POST"])
@requires(Permission.USE_THE_APP, also_read_only=True)
@retried
def choose() -> Answer:
    """Go on at another site, with the roles one has there."""
    form, places = ChooseForm(), queries.sites_of(g.actor.user_id)
    form.site_id.choices = f.choices([(place.id, place.name) for place in places])
    target = local_path(request.args.get("next"), "/")
    if form.validate_on_submit():
        if form.site_id.data == g.actor.site_id:
            return redirect(target, 303)
        with transaction():
            opened = actions.change_site(guards.session_id(), form.site_id.data, at=clock.now(), by=g.actor)
        return guards.keep_session(make_response(redirect(target, 303)), opened)
    roles = queries.roles_of(g.actor.user_id)
    page = render_template("accounts/choose.html", form=form, places=places, roles=roles)
    return page, 422 if form.errors else 200


@bp.post("/sign-out")
@requires(Permission.USE_THE_APP, also_read_only=True)
@retried
def sign_out() -> Response:
    """End the session and take from the browser what it kept."""
    with transaction():
        actions.sign_out(guards.session_id(), at=clock.now(), by=g.actor)
    flash("You are signed out.")
    return guards.leave_session(make_response(redirect(url_for("accounts.sign_in"), 303)))
