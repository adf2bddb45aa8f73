"""What articles for patients say of the method: their text, never a limit, and what becomes of it here."""

from sqlalchemy import ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formulary.db import Base


class ArticleTopic(Base):
    """What articles speak of; `taken_up`: what Formulary does with it, `page`: at which endpoint."""

    __tablename__ = "article_topic"

    word: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    taken_up: Mapped[str] = mapped_column(Text)
    page: Mapped[str] = mapped_column(String(60), default="")
    position: Mapped[int] = mapped_column(Integer, default=0)

    statements: Mapped[list["ArticleStatement"]] = relationship(order_by="ArticleStatement.number")

    def __str__(self) -> str:
        return self.name


class ArticleStatement(Base):
    """What one article (by its short name) says of a topic; an article without a row says nothing of it."""

    __tablename__ = "article_statement"

    number: Mapped[int] = mapped_column(Integer, unique=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("article_topic.id"), index=True)
    article: Mapped[str] = mapped_column(String(10))
    said: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
