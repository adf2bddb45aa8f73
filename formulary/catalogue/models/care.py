"""Protocols of courses, and what sources ask of a patient after a session: each as its source states it."""

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from formulary.db import Base, UtcDateTime, Versioned, one_of

INDICATIONS = (
    "wrinkles", "pigmentation", "cellulite", "laxity", "hair_loss", "scars", "hydration", "fat", "pain",
)  # fmt: skip


class Protocol(Versioned, Base):
    """How many sessions of an indication, how far apart, and how it goes on; None where nobody says.

    `later_*` is the interval once it goes well (`later_when` says when), `upkeep_*` that of maintenance. With
    an author it is the clinic's own; without one it came with the files.
    """

    __tablename__ = "protocol"
    __table_args__ = (
        one_of("indication", *INDICATIONS),
        one_of("unit", "days", "months"),
        one_of("later_unit", "days", "months"),
        one_of("upkeep_unit", "days", "months"),
        CheckConstraint("sessions_high IS NULL OR sessions_low <= sessions_high", name="sessions_in_order"),
        CheckConstraint("most IS NULL OR least <= most", name="interval_in_order"),
    )

    name: Mapped[str] = mapped_column(String(120), unique=True)
    indication: Mapped[str] = mapped_column(String(20))
    sessions_low: Mapped[int | None] = mapped_column(Integer)
    sessions_high: Mapped[int | None] = mapped_column(Integer)
    least: Mapped[int | None] = mapped_column(Integer)
    most: Mapped[int | None] = mapped_column(Integer)
    unit: Mapped[str] = mapped_column(String(10), default="days")
    later_least: Mapped[int | None] = mapped_column(Integer)
    later_most: Mapped[int | None] = mapped_column(Integer)
    later_unit: Mapped[str] = mapped_column(String(10), default="days")
    later_when: Mapped[str] = mapped_column(String(120), default="")
    upkeep_least: Mapped[int | None] = mapped_column(Integer)
    upkeep_most: Mapped[int | None] = mapped_column(Integer)
    upkeep_unit: Mapped[str] = mapped_column(String(10), default="months")
    evidence: Mapped[str] = mapped_column(String(160), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text, default="")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_retired: Mapped[bool] = mapped_column(Boolean, default=False)

    def __str__(self) -> str:
        return self.name


class CareTopic(Base):
    """One thing that a patient keeps to after a session, in plain words.

    `words` hold `{until}` where a time stands; `untimed` is what is said where no source gives one.
    """

    __tablename__ = "care_topic"

    word: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    words: Mapped[str] = mapped_column(Text)
    untimed: Mapped[str] = mapped_column(Text)
    position: Mapped[int] = mapped_column(Integer, default=0)

    statements: Mapped[list["CareStatement"]] = relationship(
        back_populates="topic", order_by="CareStatement.number"
    )

    def __str__(self) -> str:
        return self.name


class CareStatement(Base):
    """What one source says of it: for at least so long, perhaps as long as `most`; None: it gives no time.

    `lifted`: it says that nothing has to be kept.
    """

    __tablename__ = "care_statement"
    __table_args__ = (one_of("unit", "hours", "days", "months"),)

    number: Mapped[int] = mapped_column(Integer, unique=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("care_topic.id"), index=True)
    said: Mapped[str] = mapped_column(Text)
    least: Mapped[int | None] = mapped_column(Integer)
    most: Mapped[int | None] = mapped_column(Integer)
    unit: Mapped[str] = mapped_column(String(10), default="hours")
    lifted: Mapped[bool] = mapped_column(Boolean, default=False)
    source: Mapped[str] = mapped_column(Text, default="")

    topic: Mapped[CareTopic] = relationship(back_populates="statements")
