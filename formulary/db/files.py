"""Files that people brought: kept between looking and recording, then known by their hash alone."""

import hashlib
from datetime import datetime

from sqlalchemy import Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, deferred, mapped_column

from formulary.db.base import Base
from formulary.db.types import UtcDateTime


class StoredFile(Base):
    """A file of a kind, of one person at one site; its content lies here only until it is recorded or left.

    `recorded_at` is when it was recorded, with how many rows that were new and how many known already.
    """

    __tablename__ = "stored_file"
    __audited__ = False
    __table_args__ = (
        Index("ix_stored_file_person", "person_id", "kind", "id"),
        Index("ix_stored_file_site", "site_id", "kind", "id"),
    )

    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200), default="")
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(Integer)
    content: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    site_id: Mapped[int] = mapped_column(Integer)
    person_id: Mapped[int] = mapped_column(Integer)
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rows_new: Mapped[int | None] = mapped_column(Integer)
    rows_known: Mapped[int | None] = mapped_column(Integer)

    def __str__(self) -> str:
        return self.name or f"file {self.id}"


def content_hash(raw: bytes) -> str:
    """By what a file is known, whatever it is called."""
    return hashlib.sha256(raw).hexdigest()
