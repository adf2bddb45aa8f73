"""What a site has decided, what it has not, and every decision before."""

from typing import Any

from flask import flash, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from formulary import clock
from formulary.accounts import Permission, actions, guards, queries, requires
from formulary.accounts.forms import PolicyForm, policy_form
from formulary.accounts.labels import POLICIES, is_unconfirmed, policy_words
from formulary.accounts.views.room import bp, refused
from formulary.db import Missing, retried, transaction
from formulary.rules.findings import Refused


@bp.get("/sites/<id:site_id>/policies")
@requires(Permission.MANAGE_CLINIC)
def policies(site_id: int) -> str:
    """Every kind of policy with what is in force; undecided is unknown."""
    place, rows = queries.site(site_id), queries.policy_rows(site_id, clock.now())
    shown = [(kind, rows.get(name), _words(name, rows.get(name))) for name, kind in POLICIES.items()]
    return render_template("accounts/policies.html", place=place, shown=shown, is_unconfirmed=is_unconfirmed)


@bp.route("/sites/<id:site_id>/policies/<kind>", methods=["GET", "POST"])
@requires(Permission.MANAGE_CLINIC)
@retried
def policy(site_id: int, kind: str) -> Response | tuple[str, int]:
    """Decide on one thing, from a day on: signed, and the decision before it stays in the history."""
    place, told = queries.site(site_id), POLICIES.get(kind)
    if told is None:
        raise Missing(f"No policy {kind}")
    at = clock.now()
    value = queries.policy(site_id, kind, at)
    form = policy_form(told, value, g.site.decimal_mark, valid_from=queries.day_at(site_id, at))
    if form.validate_on_submit():
        try:
            _decide(site_id, form)
        except Refused as refusal:
            refused("accounts.set_policy", refusal, form)
        else:
            flash(f"{told.title}: the decision is kept.")
            return redirect(url_for("accounts.policies", site_id=site_id), 303)
    history = [(row, _words(kind, row)) for row in queries.policy_history(site_id, kind)]
    names = queries.person_names(row.entered_by_id for row, _ in history)
    page = render_template(
        "accounts/policy.html",
        form=form,
        place=place,
        told=told,
        history=history,
        names=names,
        is_unconfirmed=is_unconfirmed,
    )
    return page, 422 if form.errors else 200


def _decide(site_id: int, form: PolicyForm) -> None:
    at = clock.now()
    by = guards.own_secret(form.secret.data, at=at)
    decided = {name: form[name].data for name in ("edition", "source", "valid_from")}
    with transaction():
        actions.set_policy(site_id, form.kind.kind, form.value(), **decided, at=at, by=by, key=form.key)


def _words(kind: str, row: Any) -> list[tuple[str, str]]:
    return policy_words(kind, row.value if row else None, g.site.decimal_mark)
