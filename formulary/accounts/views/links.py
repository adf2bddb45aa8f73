"""One-time links: the page behind one, where its person sets a password."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from formulary import clock
from formulary.accounts import actions, public, queries
from formulary.accounts.forms import LinkForm
from formulary.accounts.views.room import bp
from formulary.db import Missing, retried, transaction
from formulary.rules.findings import Refused

USED = "This link was used, or is older than 24 hours. Ask an administrator for a new one."


@bp.route("/links/<token>", methods=["GET", "POST"])
@public
@retried
def link(token: str) -> Response | tuple[str, int]:
    """Set a password, once."""
    form = LinkForm()
    try:
        _, user = queries.user_of_link(actions.token_hash(token), clock.now())
        if form.validate_on_submit():
            with transaction():
                actions.use_link(token, form.password.data, at=clock.now())
            flash("Your password is set. Sign in with it.")
            return redirect(url_for("accounts.sign_in"), 303)
    except Missing:
        flash(USED)
        return redirect(url_for("accounts.sign_in"), 303)
    except Refused as refusal:
        form.add_findings(refusal.findings)
    page = render_template("accounts/link.html", form=form, username=user.username, name=user.person.name)
    return page, 422 if form.errors else 200
