"""What articles for patients say of the method."""

from sqlalchemy.orm import selectinload

from formulary.catalogue.models import ArticleTopic
from formulary.db import db


def article_topics() -> list[ArticleTopic]:
    """Everything that articles speak of, in its order, with what each of them says."""
    query = db.select(ArticleTopic).options(selectinload(ArticleTopic.statements))
    return list(db.session.scalars(query.order_by(ArticleTopic.position)))
