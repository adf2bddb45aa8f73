"""Whom a case reached, and what it says of a quantity that nobody can account for; all append-only."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from formulary.db import Base, Steps, UtcDateTime, one_of

CHANNELS = ("telephone", "letter", "email", "message", "in_person")
OUTCOMES = ("tried", "reached", "refused", "unreachable", "referred")


class RecallContact(Base):
    """One attempt to reach a patient of a case; the latest says how it stands."""

    __tablename__ = "recall_contact"
    __table_args__ = (
        one_of("channel", *CHANNELS),
        one_of("outcome", *OUTCOMES),
        Index("ix_recall_contact_case", "case_id", "patient_id", "id"),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("recall_case.id"))
    patient_id: Mapped[int] = mapped_column(ForeignKey("patient.id"))
    channel: Mapped[str] = mapped_column(String(12))
    outcome: Mapped[str] = mapped_column(String(12))
    note: Mapped[str] = mapped_column(Text, default="")
    next_on: Mapped[date | None] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class RecallExplanation(Base):
    """Signed words for what of a lot is unaccounted for, good for just that quantity."""

    __tablename__ = "recall_explanation"
    __table_args__ = (Index("ix_recall_explanation_case", "case_id", "lot_id", "id"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("recall_case.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    unaccounted: Mapped[int] = mapped_column(Steps)
    words: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
