"""What articles for patients say of the method."""

from sqlalchemy.orm import selectinload

from formulary.catalogue.models import ArticleStatement, ArticleTopic
from formulary.db import db


def article_topics() -> list[ArticleTopic]:
    """Everything that articles speak of, in its order, with what each of them says."""
    query = db.select(ArticleTopic).options(selectinload(ArticleTopic.statements))
    return list(db.session.scalars(query.order_by(ArticleTopic.position)))


def articles() -> list[tuple[str, str]]:
    """Each article by its short name, and what it is."""
    query = db.select(ArticleStatement.article, ArticleStatement.source).distinct()
    return [(short, source) for short, source in db.session.execute(query.order_by(ArticleStatement.article))]
