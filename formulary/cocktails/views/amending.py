"""The page on which a cocktail that is over is amended: beside the original, signed."""

from flask import flash, g, redirect, render_template, url_for

from formulary import clock
from formulary.accounts import Permission, guards, requires
from formulary.accounts import queries as accounts
from formulary.audit import record_refusal
from formulary.cocktails import actions, queries
from formulary.cocktails.forms import AmendForm
from formulary.cocktails.views.pages import Page, bp
from formulary.db import retried, transaction
from formulary.rules.findings import Refused


@bp.route("/<id:cocktail_id>/amend", methods=["GET", "POST"])
@requires(Permission.PREPARE)
@retried
def amend(cocktail_id: int) -> Page:
    """Add what was wrong or is missing, with the reason; what stands there already stays."""
    form, at = AmendForm(), clock.now()
    if form.validate_on_submit():
        try:
            by = guards.own_secret(form.own_secret.data, at=at, field=form.own_secret.name)
            with transaction():
                told = {"words": form.words.data, "reason": form.reason.data}
                actions.amend(cocktail_id, **told, at=at, by=by, key=form.key)
        except Refused as refusal:
            record_refusal("cocktails.amend", refusal, by=g.actor)
            form.add_findings(refusal.findings)
        else:
            flash("The amendment stands beside the original.")
            return redirect(url_for("cocktails.amend", cocktail_id=cocktail_id))
    cocktail, rows = queries.cocktail(cocktail_id, g.actor), queries.amendments(cocktail_id)
    names = accounts.person_names({row.by_id for row in rows})
    page = render_template("cocktails/amend.html", form=form, cocktail=cocktail, rows=rows, names=names)
    return page, 422 if form.errors else 200
