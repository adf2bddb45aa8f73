"""Pages of the wash-outs: what sources say of each kind of medicine, and the clinic's own time."""

from typing import Any

from flask import flash, g, redirect, render_template, url_for

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.catalogue import actions, labels, queries
from formulary.catalogue.forms import WashoutForm
from formulary.catalogue.views.acting import done
from formulary.catalogue.views.room import Page, bp
from formulary.db import Missing, retried


@bp.get("/wash-outs")
@requires(Permission.USE_THE_APP)
def washouts() -> Page:
    """Every kind before a session or a test: what binds, and every source."""
    lines = labels.washout_lines(queries.medicine_kinds())
    return render_template("catalogue/washouts.html", lines=lines, may_decide=g.actor.may(Permission.AUTHOR))


@bp.route("/wash-outs/<id:kind_id>/<before>", methods=["GET", "POST"])
@requires(Permission.AUTHOR)
@retried
def washout(kind_id: int, before: str) -> Page:
    """Decide on a time of the clinic's own for one kind before one thing."""
    lines = labels.washout_lines([queries.medicine_kind(kind_id)])
    line = next((one for one in lines if one.before == before and one.may_decide), None)
    if line is None:
        raise Missing(f"No wash-out of {kind_id} before {before}")
    form = WashoutForm()
    if form.validate_on_submit() and done(
        form, "catalogue.decide_washout", lambda by: _decide(line, form, by)
    ):
        flash(f"{line.kind.name}: decided.")
        return redirect(url_for("catalogue.washouts"))
    return render_template("catalogue/washout.html", form=form, line=line), 422 if form.errors else 200


def _decide(line: Any, form: WashoutForm, by: Any) -> Any:
    told = form.values() | {"at": clock.now(), "by": by, "key": form.key}
    return actions.decide_washout(line.kind.id, line.before, **told)
