"""The audit trail's tables: the hash-chained entries, the signed head, and who looked at what."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from formulary.db import Base, CanonicalJson, UtcDateTime, one_of


class AuditEntry(Base):
    """One act or one refused attempt. `id` has no gaps; `hash` covers the row, movements and `previous`."""

    __tablename__ = "audit_entry"
    __audited__ = False
    __table_args__ = (
        one_of("outcome", "done", "refused"),
        Index("ix_audit_entry_object", "object_kind", "object_id", "id"),
        Index("ix_audit_entry_person", "person_id", "id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    site_id: Mapped[int | None] = mapped_column(Integer)
    person_id: Mapped[int | None] = mapped_column(Integer)
    person_name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(120))
    action: Mapped[str] = mapped_column(String(80))
    outcome: Mapped[str] = mapped_column(String(10))
    object_kind: Mapped[str] = mapped_column(String(60))
    object_id: Mapped[int | None] = mapped_column(Integer)
    old: Mapped[Any] = mapped_column(CanonicalJson)
    new: Mapped[Any] = mapped_column(CanonicalJson)
    movements: Mapped[Any] = mapped_column(CanonicalJson)
    reason: Mapped[str] = mapped_column(Text)
    request_id: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class AuditHead(Base):
    """How many entries there are and the last hash, signed with a key that is not in the database."""

    __tablename__ = "audit_head"
    __audited__ = False

    entries: Mapped[int] = mapped_column(Integer)
    hash: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(64))


class AccessEntry(Base):
    """Somebody saw patients: a chart, a search, a recall answer."""

    __tablename__ = "access_entry"
    __audited__ = False
    __table_args__ = (Index("ix_access_entry_what", "what", "id"),)

    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    person_id: Mapped[int] = mapped_column(Integer, index=True)
    person_name: Mapped[str] = mapped_column(String(120))
    site_id: Mapped[int | None] = mapped_column(Integer)
    what: Mapped[str] = mapped_column(String(80))
    object_kind: Mapped[str] = mapped_column(String(60))
    object_id: Mapped[int | None] = mapped_column(Integer)
    patients: Mapped[int] = mapped_column(Integer, default=0)
    detail: Mapped[str] = mapped_column(String(200), default="")
