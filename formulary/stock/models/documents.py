"""Files that belong to a lot: its delivery note, its certificate of analysis."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, deferred, mapped_column

from formulary.db import Base, UtcDateTime

DOCUMENT_KINDS = ("delivery_note", "certificate", "other")


class LotDocument(Base):
    """A file of a lot: append-only, seen wherever the lot is. `media` is what its first bytes say it is.

    `title` is what people call it; the name of the file that is downloaded is made by us.
    """

    __tablename__ = "lot_document"
    __table_args__ = (
        CheckConstraint("size > 0", name="size_is_positive"),
        Index("uq_lot_document_content", "lot_id", "sha256", unique=True),
    )

    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(120), default="")
    media: Mapped[str] = mapped_column(String(20))
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary, nullable=False))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    def __str__(self) -> str:
        return self.title or self.kind.replace("_", " ")
