"""Files that belong to a case: the notice as it came."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, deferred, mapped_column

from formulary.db import Base, UtcDateTime


class RecallDocument(Base):
    """A file of a case: append-only, known by its hash. `media` is what its first bytes say it is.

    `title` is what people call it; the name of the file that is downloaded is made by us.
    """

    __tablename__ = "recall_document"
    __table_args__ = (
        CheckConstraint("size > 0", name="size_is_positive"),
        Index("uq_recall_document_content", "case_id", "sha256", unique=True),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("recall_case.id"))
    title: Mapped[str] = mapped_column(String(120))
    media: Mapped[str] = mapped_column(String(20))
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary, nullable=False))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    def __str__(self) -> str:
        return self.title
