"""Syringes: what measures, in versions; a draw keeps the version that it was made with."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from formulary.db import Base, Steps, UtcDateTime, Versioned, one_of

IN_USE = text("status = 'in_use'")


class Device(Versioned, Base):
    """One version of a syringe: capacity, graduation, dead space (None: unknown) in nL, and who says so.

    `other_sources` is what others say where they differ. Only the version in use measures; one that nobody
    entered came with the files.
    """

    __tablename__ = "device"
    __table_args__ = (
        UniqueConstraint("name", "version"),
        one_of("status", "in_use", "superseded", "retired"),
        CheckConstraint("0 < graduation AND graduation <= capacity", name="has_marks"),
        Index("ix_device_in_use", "name", unique=True, sqlite_where=IN_USE, postgresql_where=IN_USE),
    )

    name: Mapped[str] = mapped_column(String(60))
    version: Mapped[int] = mapped_column(Integer, default=1)
    status: Mapped[str] = mapped_column(String(20), default="in_use")
    capacity: Mapped[int] = mapped_column(Steps)
    graduation: Mapped[int] = mapped_column(Steps)
    dead_space: Mapped[int | None] = mapped_column(Steps)
    source: Mapped[str] = mapped_column(Text, default="")
    other_sources: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def __str__(self) -> str:
        return f"{self.name} v{self.version}" if self.version > 1 else self.name
