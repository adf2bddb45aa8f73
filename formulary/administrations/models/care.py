"""After-care: what a site decided where sources differ or are silent, and the sheets handed over."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from formulary.db import Base, CanonicalJson, UtcDateTime, one_of

CHOICES = ("strictest", "own", "left_out")
"""What a site may decide: what the strictest source says, a time of its own, or not to say it at all."""


class CareDecision(Base):
    """What a site decided on one topic of after-care: append-only, the newest holds."""

    __tablename__ = "care_decision"
    __table_args__ = (
        one_of("choice", *CHOICES),
        one_of("unit", "hours", "days", "months"),
        CheckConstraint("(choice = 'own') = (number IS NOT NULL)", name="own_time_is_given"),
        CheckConstraint("number > 0", name="time_is_positive"),
        Index("ix_care_decision_site", "site_id", "topic_id"),
    )

    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"))
    topic_id: Mapped[int] = mapped_column(ForeignKey("care_topic.id"))
    choice: Mapped[str] = mapped_column(String(20))
    number: Mapped[int | None] = mapped_column(Integer)
    unit: Mapped[str] = mapped_column(String(10), default="hours")
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class CareSheet(Base):
    """An after-care sheet as it was handed over after a session: its lines in words, and their version."""

    __tablename__ = "care_sheet"
    __table_args__ = (Index("ix_care_sheet_session", "administration_id", "at"),)

    administration_id: Mapped[int] = mapped_column(ForeignKey("administration.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"), index=True)
    version: Mapped[str] = mapped_column(String(16))
    counted_from: Mapped[datetime] = mapped_column(UtcDateTime)
    lines: Mapped[Any] = mapped_column(CanonicalJson)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
