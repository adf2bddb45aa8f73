"""The pages of the catalogue: substances, products, what goes together, formulas."""

from flask import Blueprint, flash, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from formulary import clock
from formulary.accounts import Permission, requires
from formulary.accounts import queries as accounts
from formulary.accounts.guards import own_secret
from formulary.audit import record_refusal
from formulary.catalogue import actions, labels, queries
from formulary.catalogue.forms import ApproveForm, FindForm
from formulary.db import retried, transaction
from formulary.rules.findings import Refused

bp = Blueprint("catalogue", __name__, url_prefix="/catalogue")
Page = str | Response | tuple[str, int]


@bp.get("/")
@requires(Permission.USE_THE_APP)
def index() -> Page:
    """Ingredients by name, other name, class or product."""
    form = FindForm()
    form.validate()
    found = [] if form.q.errors else queries.ingredients(form.q.data or "", form.role.data or "")
    return render_template("catalogue/index.html", form=form, found=found, most=queries.MOST)


@bp.get("/ingredients/<id:ingredient_id>")
@requires(Permission.USE_THE_APP)
def ingredient(ingredient_id: int) -> Page:
    """One substance: names, identifiers, groups, products, and the rules about it."""
    row = queries.ingredient(ingredient_id)
    rules = queries.rules_about(row, [group.word for group in row.groups])
    return render_template(
        "catalogue/ingredient.html",
        ingredient=row,
        rules=_worded(rules),
        holding=queries.products_holding(ingredient_id),
        meanings=labels.meanings(queries.groups()),
        labels=labels,
    )


@bp.get("/products/<id:product_id>")
@requires(Permission.USE_THE_APP)
def product(product_id: int) -> Page:
    """One product: every value with its kind, source and confidence; what is unknown is shown as unknown."""
    row = queries.product(product_id)
    rules = queries.rules_about(row.ingredient, [group.word for group in row.ingredient.groups])
    return render_template(
        "catalogue/product.html",
        product=row,
        figures=labels.figures(row),
        rules=_worded(rules),
        formulas=queries.formulas_pinning(row.id, row.ingredient_id),
        labels=labels,
    )


@bp.get("/compatibility")
@requires(Permission.USE_THE_APP)
def compatibility() -> Page:
    """The whole table of what goes together and what does not."""
    return render_template("catalogue/compatibility.html", rules=_worded(queries.rules()))


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


def _worded(rules: list) -> list[labels.Rule]:  # type: ignore[type-arg]
    names, meanings = queries.ingredient_names(), labels.meanings(queries.groups())
    return [labels.rule(row, names, meanings) for row in rules]
