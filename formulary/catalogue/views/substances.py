"""Pages of substances and products."""

from flask import render_template

from formulary.accounts import Permission, requires
from formulary.catalogue import labels, queries
from formulary.catalogue.forms import FindForm
from formulary.catalogue.views.limits import shown_limits
from formulary.catalogue.views.room import Page, bp
from formulary.catalogue.views.rules import worded


@bp.get("/")
@requires(Permission.USE_THE_APP)
def index() -> Page:
    """Ingredients by name, other name, class or product."""
    form = FindForm()
    form.validate()
    asked = (form.q.data or "", form.role.data or "")
    found = [] if form.q.errors else queries.ingredients(*asked)
    near = [] if form.q.errors else [row for row in queries.alike(*asked) if row not in found]
    shown = {"found": found, "near": near, "most": queries.MOST}
    return render_template("catalogue/index.html", form=form, waiting=queries.how_many_limits_wait(), **shown)


@bp.get("/ingredients/<id:ingredient_id>")
@requires(Permission.USE_THE_APP)
def ingredient(ingredient_id: int) -> Page:
    """One substance: names, identifiers, groups, products, and the rules about it."""
    row = queries.ingredient(ingredient_id)
    rules = queries.rules_about(row, [group.word for group in row.groups])
    return render_template(
        "catalogue/ingredient.html",
        ingredient=row,
        rules=worded(rules),
        holding=queries.products_holding(ingredient_id),
        **shown_limits(row),
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
        **shown_limits(row),
        rules=worded(rules),
        formulas=queries.formulas_pinning(row.id, row.ingredient_id),
        labels=labels,
    )
