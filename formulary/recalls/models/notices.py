"""Recall notices from outside, every version as it came."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from formulary.db import Base, CanonicalJson, UtcDateTime, Versioned, one_of

HAS_COME, HAS_SPANS = text("came_at IS NOT NULL"), text("spans IS NOT NULL")


class RecallNotice(Versioned, Base):
    """An enforcement report by its number (`D-321-2016`); its text is that of its latest version.

    `words` is what of it is searched for lots, `plain` the same as `normalise` writes it, and `spans` are the
    stretches of lots that can be read in it (None: none): a lot that comes is held against all of them.

    `decision` is a person's; it holds for the version it was made on, and for the lots of ours that stood in
    its text then, `decided_lots`. `came_at`: when a lot that it names came last, until somebody decides.
    """

    __tablename__ = "recall_notice"
    __table_args__ = (
        UniqueConstraint("source", "number"),
        one_of("decision", "open", "case", "not_ours"),
        Index("ix_recall_notice_came", "id", sqlite_where=HAS_COME, postgresql_where=HAS_COME),
        Index("ix_recall_notice_spans", "id", sqlite_where=HAS_SPANS, postgresql_where=HAS_SPANS),
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
    came_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    words: Mapped[str] = mapped_column(Text, default="")
    plain: Mapped[str] = mapped_column(Text, default="")
    spans: Mapped[Any | None] = mapped_column(CanonicalJson)
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


class NoticeLot(Base):
    """A lot of ours that the latest text of a notice names: found when the notice or the lot came in."""

    __tablename__ = "notice_lot"
    __table_args__ = (UniqueConstraint("lot_id", "notice_id"),)

    notice_id: Mapped[int] = mapped_column(ForeignKey("recall_notice.id"), index=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
