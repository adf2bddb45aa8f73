"""What speaks against a substance in a patient: answers to questions, allergies to relatives, sessions too
soon.
"""

from sqlalchemy import ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formulary.catalogue.models.substances import Ingredient
from formulary.db import Base, one_of

LEVELS = ("info", "warn", "stop", "block")


class Contraindication(Base):
    """What follows from an answer yes: `word` is that of the question, `selector` whom it is about.

    A selector is `ingredient:<id>`, `group:<word>` (excipients too) or `any`.
    """

    __tablename__ = "contraindication"
    __table_args__ = (UniqueConstraint("word", "selector"), one_of("level", *LEVELS))

    word: Mapped[str] = mapped_column(String(60))
    selector: Mapped[str] = mapped_column(String(160))
    level: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text, default="")
    confidence: Mapped[str] = mapped_column(String(10), default="")
    version: Mapped[int] = mapped_column(Integer, default=1)


class CrossReactivity(Base):
    """Who is allergic to one member of this group may react to another: how far that stops, and who says
    so.
    """

    __tablename__ = "cross_reactivity"
    __table_args__ = (one_of("level", *LEVELS),)

    word: Mapped[str] = mapped_column(String(40), unique=True)
    level: Mapped[str] = mapped_column(String(10))
    evidence: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text, default="")
    confidence: Mapped[str] = mapped_column(String(10), default="")
    version: Mapped[int] = mapped_column(Integer, default=1)


class Schedule(Base):
    """How soon a substance may be given again, and in how many sessions at most; None where nobody says."""

    __tablename__ = "session_schedule"
    __table_args__ = (one_of("unit", "days", "months"),)

    ingredient_id: Mapped[int] = mapped_column(ForeignKey("ingredient.id"), unique=True)
    interval: Mapped[int | None] = mapped_column(Integer)
    unit: Mapped[str] = mapped_column(String(10), default="days")
    most_sessions: Mapped[int | None] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(Text, default="")
    confidence: Mapped[str] = mapped_column(String(10), default="")
    version: Mapped[int] = mapped_column(Integer, default=1)

    ingredient: Mapped[Ingredient] = relationship(lazy="joined")
