"""The rows of the files about what articles for patients say, and their loading."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from formulary.catalogue.models import ArticleStatement, ArticleTopic
from formulary.db import db
from formulary.seed.cells import Text, Whole, Words
from formulary.seed.merging import Merge

if TYPE_CHECKING:
    from formulary.seed.shelf import Shelf


@dataclass(frozen=True, slots=True)
class ArticleTopicRow:
    """One thing that articles speak of, and where it is taken up."""

    word: Text
    name: Text
    taken_up: Text
    page: Words


@dataclass(frozen=True, slots=True)
class ArticleStatementRow:
    """What one article says of a topic."""

    number: Whole
    topic: Text
    said: Text
    source: Text


def load_articles(shelf: "Shelf", merge: Merge) -> None:
    """The topics in their order, and every statement with its article spelled out."""
    topics = {}
    for position, topic in enumerate(shelf.article_topics):
        told = asdict(topic) | {"position": position}
        topics[topic.word] = merge.row(ArticleTopic, {"word": topic.word}, told)
    db.session.flush()
    for row in shelf.article_statements:
        told = {"topic_id": topics[row.topic].id, "article": row.source.strip("[]"), "said": row.said}
        told["source"] = shelf.cited(row.source)
        merge.row(ArticleStatement, {"number": row.number}, told)
