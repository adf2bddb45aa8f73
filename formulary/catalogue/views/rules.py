"""The page of what goes together."""

from flask import render_template

from formulary.accounts import Permission, requires
from formulary.catalogue import labels, queries
from formulary.catalogue.views.room import Page, bp


@bp.get("/compatibility")
@requires(Permission.USE_THE_APP)
def compatibility() -> Page:
    """The whole table of what goes together and what does not."""
    return render_template("catalogue/compatibility.html", rules=worded(queries.rules()))


def worded(rules: list) -> list[labels.Rule]:  # type: ignore[type-arg]
    """The rows of the table in words."""
    names, meanings = queries.ingredient_names(), labels.meanings(queries.groups())
    return [labels.rule(row, names, meanings) for row in rules]
