"""Pages of what is stated of a product or a substance: proposed, signed by another, in versions."""

from typing import Any

from flask import flash, g, redirect, render_template, request, url_for

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.accounts import queries as accounts
from formulary.catalogue import actions, labels, queries
from formulary.catalogue.forms import ApproveForm, BasisForm, FactorForm, OsmolalityForm, WithdrawForm
from formulary.catalogue.views.acting import done, to_withdraw
from formulary.catalogue.views.limits import page_of
from formulary.catalogue.views.room import Page, bp
from formulary.db import retried
from formulary.web.paging import Window


@bp.get("/statements")
@requires(Permission.USE_THE_APP)
def statements() -> Page:
    """What people stated of products and substances, the newest first."""
    found = queries.statements(Window.of(request.args))
    names = accounts.person_names(row.author_id for row in found)
    return render_template("catalogue/statements.html", page=found, names=names, labels=labels)


@bp.get("/statements/<id:statement_id>")
@requires(Permission.USE_THE_APP)
def statement(statement_id: int) -> Page:
    """One version: what it says, by whose word, who signed, and its other versions."""
    return _statement(statement_id)


@bp.route("/products/<id:product_id>/basis", methods=["GET", "POST"])
@requires(Permission.AUTHOR)
@retried
def state_basis(product_id: int) -> Page:
    """Propose what the strength of a product counts."""
    return _propose(queries.product(product_id), BasisForm())


@bp.route("/products/<id:product_id>/osmolality", methods=["GET", "POST"])
@requires(Permission.AUTHOR)
@retried
def state_osmolality(product_id: int) -> Page:
    """Propose the osmolality of a product as it is drawn."""
    return _propose(queries.product(product_id), OsmolalityForm())


@bp.route("/ingredients/<id:ingredient_id>/factor", methods=["GET", "POST"])
@requires(Permission.AUTHOR)
@retried
def state_factor(ingredient_id: int) -> Page:
    """Propose how much of a base or an element a salt of a substance holds."""
    return _propose(queries.ingredient(ingredient_id), FactorForm())


@bp.post("/statements/<id:statement_id>/approve")
@requires(Permission.APPROVE)
@retried
def approve_statement(statement_id: int) -> Page:
    """Answer for it with one's own password."""
    form = ApproveForm()
    told = {"version": form.version, "at": clock.now(), "key": form.key}
    if form.validate_on_submit() and done(
        form,
        "catalogue.approve_statement",
        lambda by: actions.approve_statement(statement_id, **told, by=by),
        signed=True,
    ):
        flash("It is approved, and counts from now on.")
        return redirect(url_for("catalogue.statement", statement_id=statement_id))
    return _statement(statement_id, approve=form), 422


@bp.post("/statements/<id:statement_id>/withdraw")
@requires(Permission.AUTHOR)
@retried
def withdraw_statement(statement_id: int) -> Page:
    """Take back or turn down what waits."""
    form = WithdrawForm()
    told = {"version": form.version, "at": clock.now(), "key": form.key}
    if form.validate_on_submit() and done(
        form,
        "catalogue.withdraw_statement",
        lambda by: actions.withdraw_statement(statement_id, reason=form.reason.data, **told, by=by),
    ):
        flash("The proposal is withdrawn.")
        return redirect(url_for("catalogue.statement", statement_id=statement_id))
    return _statement(statement_id, withdraw=form), 422


def _propose(of: Any, form: Any) -> Page:
    if form.validate_on_submit() and (
        row := done(
            form,
            "catalogue.propose_statement",
            lambda by: actions.propose_statement(
                of, actions.Stated(**form.stated()), at=clock.now(), by=by, key=form.key
            ),
        )
    ):
        flash("It waits for another person's approval.")
        return redirect(url_for("catalogue.statement", statement_id=row.id))
    shown = {"form": form, "of": of, "back": page_of(of), "what": labels.STATEMENTS[form.kind]}
    return render_template("catalogue/propose_statement.html", **shown), 422 if form.errors else 200


def _statement(statement_id: int, **forms: Any) -> str:
    row = queries.statement(statement_id)
    versions, waits = (
        queries.statements_like(row.of, row.kind, row.basis, row.to_basis),
        row.status == "proposed",
    )
    return render_template(
        "catalogue/statement.html",
        row=row,
        back=page_of(row.of),
        labels=labels,
        versions=[other for other in versions if other.id != row.id],
        author=accounts.person_names([row.author_id]).get(row.author_id, ""),
        signatures=accounts.signatures_on("catalogue_statement", row.id),
        approve=forms.get("approve") or ApproveForm(formdata=None, obj=row),
        withdraw=forms.get("withdraw") or to_withdraw(row),
        may_approve=waits and g.actor.may(Permission.APPROVE),
        may_withdraw=waits and g.actor.may(Permission.AUTHOR),
    )
