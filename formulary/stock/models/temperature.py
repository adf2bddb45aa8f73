"""How warm places were: readings that are never changed, and the excursions that a person opened."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from formulary.db import Base, UtcDateTime, one_of

FIRST_SAID, UNDECIDED = text("supersedes_id IS NULL"), text("closed_at IS NULL")


class TemperatureReading(Base):
    """How warm a place was at an instant, in tenths of a degree Celsius: append-only.

    A place has one reading at an instant; a wrong one is superseded by another of the same instant, with its
    reason, and the one that nothing supersedes counts. `source` is "hand" or "file".
    """

    __tablename__ = "temperature_reading"
    __table_args__ = (
        one_of("source", "hand", "file"),
        CheckConstraint("tenths BETWEEN -900 AND 800", name="tenths_are_plausible"),
        CheckConstraint("supersedes_id IS NULL OR reason <> ''", name="correction_has_a_reason"),
        Index("ix_temperature_reading_place", "place_id", "taken_at", "id", "tenths"),
        Index("ix_temperature_reading_tenths", "place_id", "tenths", "taken_at", "id"),
        Index(
            "uq_temperature_reading_first",
            "place_id",
            "taken_at",
            unique=True,
            sqlite_where=FIRST_SAID,
            postgresql_where=FIRST_SAID,
        ),
        Index("uq_temperature_reading_supersedes", "supersedes_id", unique=True),
    )

    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    tenths: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(String(10), default="hand")
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    late_reason: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("temperature_reading.id"))


class TemperatureEvent(Base):
    """An excursion that a person opened, with the range it left: open until a pharmacist decides.

    `started_at` is its first reading outside and names it; `since_at`, `ended_at` and `extreme_tenths` are as
    they were computed when it was opened, and again when it was closed. `known_to` is the last reading that
    there was when it was decided: what is recorded later and lies outside opens it again. A gap in the
    readings (side "unread") is opened by itself when the reading after it is recorded; `started_at` is then
    the reading before it, and nobody knows its extreme.
    """

    __tablename__ = "temperature_event"
    __table_args__ = (
        one_of("side", "cold", "warm", "unread"),
        one_of("decision", "", "kept_in_use", "held", "wasted_later"),
        CheckConstraint(
            "closed_at IS NULL OR (decision <> '' AND reason <> '')", name="closed_with_a_reason"
        ),
        CheckConstraint("(side = 'unread') = (extreme_tenths IS NULL)", name="extreme_is_known_if_read"),
        Index("uq_temperature_event_start", "place_id", "started_at", "side", unique=True),
        Index(
            "ix_temperature_event_open",
            "place_id",
            "started_at",
            sqlite_where=UNDECIDED,
            postgresql_where=UNDECIDED,
        ),
    )

    code: Mapped[str] = mapped_column(String(20), unique=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("place.id"))
    side: Mapped[str] = mapped_column(String(10))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    since_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    extreme_tenths: Mapped[int | None] = mapped_column(Integer)
    low_tenths: Mapped[int] = mapped_column(Integer)
    high_tenths: Mapped[int] = mapped_column(Integer)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decision: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    known_to: Mapped[int | None] = mapped_column(Integer)
