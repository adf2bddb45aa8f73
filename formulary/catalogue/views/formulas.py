"""Pages of formulas, and the signature under one."""

from flask import flash, g, redirect, render_template, url_for

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.accounts import queries as accounts
from formulary.accounts.guards import own_secret
from formulary.audit import record_refusal
from formulary.catalogue import actions, labels, queries
from formulary.catalogue.forms import ApproveForm
from formulary.catalogue.views.room import Page, bp
from formulary.db import retried, transaction
from formulary.rules.findings import Refused


@bp.get("/formulas")
@requires(Permission.USE_THE_APP)
def formulas() -> Page:
    """Formulas: approved here first, then those that others published."""
    return render_template("catalogue/formulas.html", versions=queries.formulas())


@bp.get("/formulas/<id:version_id>")
@requires(Permission.USE_THE_APP)
def formula(version_id: int) -> Page:
    """One version of a formula: lines, accepted ranges and pairs, and who signed."""
    return _formula(version_id, ApproveForm(formdata=None))


@bp.post("/formulas/<id:version_id>/approve")
@requires(Permission.APPROVE)
@retried
def approve(version_id: int) -> Page:
    """Answer for a formula with one's own password."""
    form = ApproveForm()
    if form.validate_on_submit():
        try:
            by = own_secret(form.secret.data, at=clock.now(), field=form.secret.name)
            with transaction():
                row = actions.approve_formula(
                    version_id, version=form.version, at=clock.now(), by=by, key=form.key
                )
        except Refused as refusal:
            record_refusal("catalogue.approve_formula", refusal, by=g.actor)
            form.add_findings(refusal.findings)
        else:
            flash(f"{row} is approved.")
            return redirect(url_for("catalogue.formula", version_id=version_id))
    return _formula(version_id, form), 422


def _formula(version_id: int, form: ApproveForm) -> str:
    row, names = queries.formula_version(version_id), queries.ingredient_names()
    return render_template(
        "catalogue/formula.html",
        version=row,
        lines=[labels.line(line) for line in row.lines],
        pairs=[labels.pair(pair, names) for pair in row.pairs],
        target=labels.target(row),
        author=accounts.person_names([row.author_id]).get(row.author_id or 0, ""),
        signatures=accounts.signatures_on("formula_version", row.id),
        form=form,
        labels=labels,
        may_approve=row.status == "draft" and g.actor.may(Permission.APPROVE),
    )
