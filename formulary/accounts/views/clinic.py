"""The clinic: its sites and what each is."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from formulary import clock
from formulary.accounts import Permission, actions, guards, queries, requires
from formulary.accounts.forms import SiteForm, site_form
from formulary.accounts.labels import POLICIES
from formulary.accounts.views.room import bp, refused
from formulary.db import retried, transaction
from formulary.rules.findings import Refused


@bp.get("/clinic")
@requires(Permission.MANAGE_CLINIC)
def clinic() -> str:
    """The organisation: sites, people, and what is not decided yet."""
    at, places = clock.now(), queries.sites()
    undecided = {
        place.id: len(POLICIES.keys() - queries.policies_in_force(place.id, at).keys()) for place in places
    }
    name = queries.organisation_name()
    return render_template("accounts/clinic.html", name=name, places=places, undecided=undecided)


@bp.route("/sites/add", methods=["GET", "POST"])
@requires(Permission.MANAGE_CLINIC)
@retried
def add_site() -> Response | tuple[str, int]:
    """A new site, with its standard places."""
    form = site_form()
    if form.validate_on_submit():
        try:
            by = guards.own_secret(form.secret.data, at=clock.now())
            with transaction():
                site = actions.add_site(**form.values("secret"), at=clock.now(), by=by, key=form.key)
        except Refused as refusal:
            refused("accounts.add_site", refusal, form)
        else:
            flash(f"{site.name} is open. Give people their roles there.")
            return redirect(url_for("accounts.policies", site_id=site.id), 303)
    return render_template("accounts/site.html", form=form, place=None), 422 if form.errors else 200


@bp.route("/sites/<id:site_id>", methods=["GET", "POST"])
@requires(Permission.MANAGE_CLINIC)
@retried
def site(site_id: int) -> Response | tuple[str, int]:
    """What a site is and where it asks for a second person; a change is signed."""
    place = queries.site(site_id)
    form = site_form(place)
    if form.validate_on_submit():
        try:
            _change(site_id, form)
        except Refused as refusal:
            refused("accounts.change_site_facts", refusal, form)
        else:
            flash(f"{form.name.data} is changed.")
            return redirect(url_for("accounts.clinic"), 303)
    return render_template("accounts/site.html", form=form, place=place), 422 if form.errors else 200


def _change(site_id: int, form: SiteForm) -> None:
    at = clock.now()
    by = guards.own_secret(form.secret.data, at=at)
    with transaction():
        changes = form.values("secret")
        actions.change_site_facts(
            queries.site(site_id), changes, version=form.version, at=at, by=by, key=form.key
        )
