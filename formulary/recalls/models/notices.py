"""Recall notices from outside, every version as it came."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from formulary.db import Base, CanonicalJson, UtcDateTime, Versioned, one_of


class RecallNotice(Versioned, Base):
    """An enforcement report by its number (`D-321-2016`); its text is that of its latest version.

    `decision` is a person's; it holds for the version it was made on, and for the lots of ours that stood in
    its text then, `decided_lots`.
    """

    __tablename__ = "recall_notice"
    __table_args__ = (
        UniqueConstraint("source", "number"),
        one_of("decision", "open", "case", "not_ours"),
    )

    source: Mapped[str] = mapped_column(String(20))
    number: Mapped[str] = mapped_column(String(40))
    version: Mapped[int] = mapped_column(Integer)
    decision: Mapped[str] = mapped_column(String(10), default="open")
    decided_version: Mapped[int | None] = mapped_column(Integer)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_why: Mapped[str] = mapped_column(Text, default="")
    decided_lots: Mapped[Any | None] = mapped_column(CanonicalJson)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("recall_case.id"))
    first_at: Mapped[datetime] = mapped_column(UtcDateTime)

    def __str__(self) -> str:
        return self.number


class NoticeVersion(Base):
    """A notice as it came once: the record itself, its hash, and the names of what was new in it."""

    __tablename__ = "notice_version"
    __table_args__ = (UniqueConstraint("notice_id", "version"),)

    notice_id: Mapped[int] = mapped_column(ForeignKey("recall_notice.id"))
    version: Mapped[int] = mapped_column(Integer)
    record: Mapped[Any] = mapped_column(CanonicalJson)
    sha256: Mapped[str] = mapped_column(String(64))
    changed: Mapped[Any] = mapped_column(CanonicalJson)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_name: Mapped[str] = mapped_column(String(120))
