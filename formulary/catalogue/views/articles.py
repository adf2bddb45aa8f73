"""The page of what articles for patients say."""

from flask import render_template

from formulary.accounts import Permission, requires
from formulary.catalogue import queries
from formulary.catalogue.views.room import Page, bp


@bp.get("/articles")
@requires(Permission.USE_THE_APP)
def articles() -> Page:
    """What five articles say of the method, topic by topic, and what Formulary does with it."""
    return render_template(
        "catalogue/articles.html", topics=queries.article_topics(), articles=queries.articles()
    )
