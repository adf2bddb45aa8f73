"""People, as an administrator sees them: accounts, roles, sessions, links."""

from collections.abc import Callable

from flask import current_app, flash, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from formulary import clock
from formulary.accounts import Permission, actions, queries, requires
from formulary.accounts.forms import NewPersonForm, PersonForm, ReasonForm, RolesForm
from formulary.accounts.labels import credential_lines
from formulary.accounts.views.room import bp, refused
from formulary.db import retried, transaction
from formulary.rules.findings import Refused
from formulary.web import fields as f
from formulary.web.forms import Form


@bp.get("/people")
@requires(Permission.MANAGE_CLINIC)
def people() -> str:
    """Everybody with an account."""
    rows = queries.people()
    roles = queries.roles_of_all()
    entitled = queries.kinds_valid_on(queries.day_at(g.site.id, clock.now()))
    told = {"roles": roles, "entitled": entitled, "places": queries.sites()}
    return render_template("accounts/people.html", rows=rows, **told)


@bp.route("/people/add", methods=["GET", "POST"])
@requires(Permission.MANAGE_CLINIC)
@retried
def add_person() -> Response | tuple[str, int]:
    """A new person, who then gets a one-time link."""
    form = NewPersonForm()
    form.site_id.choices = f.choices([(site.id, site.name) for site in queries.sites()], empty="Choose…")
    if form.validate_on_submit():
        roles = {form.site_id.data: form.chosen()}
        try:
            with transaction():
                user = actions.add_user(
                    **form.values("site_id", "roles"), roles=roles, at=clock.now(), by=g.actor, key=form.key
                )
        except Refused as refusal:
            refused("accounts.add_user", refusal, form)
        else:
            flash(f"{form.name.data} has an account. Make a one-time link and hand it over.")
            return redirect(url_for("accounts.person", user_id=user.id), 303)
    return render_template("accounts/add_person.html", form=form), 422 if form.errors else 200


@bp.get("/people/<id:user_id>")
@requires(Permission.MANAGE_CLINIC)
def person(user_id: int) -> str:
    """One account with its roles at every site and its open sessions."""
    user, idle = queries.user(user_id), current_app.extensions["formulary"].idle
    return render_template(
        "accounts/person.html",
        user=user,
        form=Form(),
        roles=queries.roles_of(user_id),
        places=queries.sites(),
        sessions=queries.sessions_of(user_id, clock.now(), idle),
        credentials=credential_lines(user.person_id, g.site, clock.now()),
    )


@bp.route("/people/<id:user_id>/name", methods=["GET", "POST"])
@requires(Permission.MANAGE_CLINIC)
@retried
def rename_person(user_id: int) -> Response | tuple[str, int]:
    """Change how a person is called."""
    user = queries.user(user_id)
    form = PersonForm(data={"name": user.person.name, "row_version": user.row_version})
    if form.validate_on_submit():
        with transaction():
            actions.rename(
                queries.user(user_id),
                form.name.data,
                version=form.version,
                at=clock.now(),
                by=g.actor,
                key=form.key,
            )
        return back(user_id, "The name is changed. What was signed keeps the name of then.")
    return render_template("accounts/rename_person.html", form=form, user=user), 422 if form.errors else 200


@bp.route("/people/<id:user_id>/roles/<id:site_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_CLINIC)
@retried
def roles(user_id: int, site_id: int) -> Response | tuple[str, int]:
    """Which roles somebody has at one site; sessions end with a change."""
    user, place = queries.user(user_id), queries.site(site_id)
    held = queries.roles_of(user_id).get(site_id, frozenset())
    form = RolesForm(data={"roles": sorted(held), "row_version": user.row_version})
    if form.validate_on_submit():
        try:
            with transaction():
                actions.change_roles(
                    queries.user(user_id), site_id, form.chosen(),
                    version=form.version, at=clock.now(), by=g.actor, key=form.key,
                )  # fmt: skip
        except Refused as refusal:
            refused("accounts.change_roles", refusal, form)
        else:
            return back(user_id, "The roles are changed. The person signs in again.")
    page = render_template("accounts/roles.html", form=form, user=user, place=place)
    return page, 422 if form.errors else 200


@bp.post("/people/<id:user_id>/link")
@requires(Permission.MANAGE_CLINIC)
@retried
def make_link(user_id: int) -> str:
    """A one-time link, shown once and printable: nobody else learns the password."""
    with transaction():
        user = queries.user(user_id)
        token = actions.make_link(user, at=clock.now(), by=g.actor)
    address = current_app.extensions["formulary"].address + url_for("accounts.link", token=token)
    return render_template("accounts/make_link.html", user=user, address=address)


@bp.route("/people/<id:user_id>/close", methods=["GET", "POST"])
@requires(Permission.MANAGE_CLINIC)
@retried
def close_account(user_id: int) -> Response | tuple[str, int]:
    """Let nobody sign in to an account any more."""
    return _change_state(
        user_id, actions.close_account, "close", "The account is closed; its sessions ended."
    )


@bp.route("/people/<id:user_id>/open", methods=["GET", "POST"])
@requires(Permission.MANAGE_CLINIC)
@retried
def open_account(user_id: int) -> Response | tuple[str, int]:
    """Open a closed account; its person needs a new one-time link."""
    return _change_state(user_id, actions.open_account, "open", "The account is open. Make a one-time link.")


def _change_state(
    user_id: int, action: Callable[..., object], verb: str, done: str
) -> Response | tuple[str, int]:
    user = queries.user(user_id)
    form = ReasonForm(data={"row_version": user.row_version})
    if form.validate_on_submit():
        try:
            with transaction():
                action(
                    queries.user(user_id),
                    **form.values(),
                    version=form.version,
                    at=clock.now(),
                    by=g.actor,
                    key=form.key,
                )
        except Refused as refusal:
            refused(f"accounts.{verb}_account", refusal, form)
        else:
            return back(user_id, done)
    page = render_template("accounts/change_state.html", form=form, user=user, verb=verb)
    return page, 422 if form.errors else 200


def back(user_id: int, done: str) -> Response:
    """To the page of the person, with what was done."""
    flash(done)
    return redirect(url_for("accounts.person", user_id=user_id), 303)
